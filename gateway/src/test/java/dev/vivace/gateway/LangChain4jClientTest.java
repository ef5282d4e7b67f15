package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** LangChain4j's OpenAI models notice no difference between the gateway and what is behind it. */
final class LangChain4jClientTest extends ClientContract<URI, ChatRequest, ChatResponse> {
    @Override
    String path() {
        return Chat.PATH;
    }

    @Override
    URI client(URI at) {
        return at;
    }

    @Override
    void close(URI client) {
        // Its models hold nothing open.
    }

    private static OpenAiChatModel chat(URI at) {
        return OpenAiChatModel.builder()
                .baseUrl(at + "/v1")
                .apiKey("sk-test")
                .modelName("gpt-4o")
                .temperature(0.0)
                .maxRetries(0)
                .build();
    }

    private static OpenAiStreamingChatModel streaming(URI at) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(at + "/v1")
                .apiKey("sk-test")
                .modelName("gpt-4o")
                .temperature(0.0)
                .build();
    }

    @Override
    ChatRequest ask(String question) {
        return ChatRequest.builder().messages(UserMessage.from(question)).build();
    }

    @Override
    ChatRequest askForTools(String question) {
        return ChatRequest.builder()
                .messages(UserMessage.from(question))
                .toolSpecifications(
                        ToolSpecification.builder()
                                .name("weather")
                                .parameters(
                                        JsonObjectSchema.builder()
                                                .addStringProperty("city")
                                                .required("city")
                                                .build())
                                .build())
                .toolChoice(ToolChoice.REQUIRED)
                .build();
    }

    /** Collects a stream. */
    private static class Collecting implements StreamingChatResponseHandler {
        final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
        final StringBuilder text = new StringBuilder();

        @Override
        public void onPartialResponse(String partial) {
            text.append(partial);
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            response.complete(complete);
        }

        @Override
        public void onError(Throwable error) {
            response.completeExceptionally(error);
        }

        ChatResponse get() throws Exception {
            return response.get(20, TimeUnit.SECONDS);
        }
    }

    @Override
    ChatResponse whole(URI at, ChatRequest request) {
        return chat(at).chat(request);
    }

    @Override
    ChatResponse streamed(URI at, ChatRequest request) throws Exception {
        var collecting = new Collecting();
        streaming(at).chat(request, collecting);
        try {
            return collecting.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    void same(ChatResponse expected, ChatResponse got) {
        AiMessage message = got.aiMessage();
        assertEquals(expected.aiMessage().text(), message.text());
        assertEquals(expected.aiMessage().toolExecutionRequests(), message.toolExecutionRequests());
        assertEquals(expected.finishReason(), got.finishReason());
        assertEquals(expected.tokenUsage().totalTokenCount(), got.tokenUsage().totalTokenCount());
    }

    @Test
    void embeddings() {
        var segments = List.of(TextSegment.from("one"), TextSegment.from("two"));
        var expected = embedding(simulator.address()).embedAll(segments).content();
        for (int i = 0; i < 2; i++) {
            assertEquals(expected, embedding(gateway.address()).embedAll(segments).content());
        }
    }

    private static OpenAiEmbeddingModel embedding(URI at) {
        return OpenAiEmbeddingModel.builder()
                .baseUrl(at + "/v1")
                .apiKey("sk-test")
                .modelName("text-embedding-3-small")
                .maxRetries(0)
                .build();
    }

    @Override
    Map<Integer, Class<? extends RuntimeException>> errors() {
        return Map.of(
                401, AuthenticationException.class,
                404, ModelNotFoundException.class,
                429, RateLimitException.class,
                500, InternalServerException.class);
    }

    @Override
    Class<? extends RuntimeException> unavailable() {
        return InternalServerException.class;
    }

    @Override
    String errorBody() {
        return "{\"error\":{\"message\":\"" + WORDS + "\",\"type\":\"a_type\"}}";
    }

    @Override
    void check(RuntimeException error, int status, String says) {
        assertTrue(String.valueOf(error.getMessage()).contains(says), error.getMessage());
    }

    /** The handle by which a reader leaves takes effect with the next event. */
    @Override
    void openEnd(Upstream.Reply reply) throws Exception {
        while (true) {
            reply.chunk(Chat.piece("more"));
            Thread.onSpinWait();
        }
    }

    @Override
    void leave(URI at, ChatRequest request) {
        streaming(at)
                .chat(
                        request,
                        new Collecting() {
                            @Override
                            public void onPartialResponse(
                                    PartialResponse partial, PartialResponseContext context) {
                                context.streamingHandle().cancel();
                            }
                        });
    }
}
