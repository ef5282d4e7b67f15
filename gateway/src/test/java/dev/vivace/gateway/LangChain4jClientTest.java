package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LangChain4j's OpenAI models notice no difference between the gateway and what is behind it. */
@Timeout(60)
final class LangChain4jClientTest {
    private static Simulator simulator;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        simulator = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
        gateway = Gateways.to(URI.create(simulator.address() + "/v1"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        simulator.close();
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

    private static ChatRequest ask(String question) {
        return ChatRequest.builder().messages(UserMessage.from(question)).build();
    }

    private static ChatRequest askForTools(String question) {
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

    private static ChatResponse streamed(URI at, ChatRequest request) throws Exception {
        var collecting = new Collecting();
        streaming(at).chat(request, collecting);
        return collecting.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void chatInBothFormsWhicheverCameFirst(boolean streamFirst) throws Exception {
        for (ChatRequest request :
                List.of(ask("chat " + streamFirst), askForTools("tools " + streamFirst))) {
            simulator.reset();
            ChatResponse expected = chat(simulator.address()).chat(request);
            simulator.reset();
            if (streamFirst) {
                same(expected, streamed(gateway.address(), request));
            }
            same(expected, chat(gateway.address()).chat(request));
            same(expected, streamed(gateway.address(), request));
            same(expected, chat(gateway.address()).chat(request));
            assertEquals(
                    1, simulator.stats().requests().get(Chat.PATH), "all but the first were hits");
        }
    }

    private static void same(ChatResponse expected, ChatResponse got) {
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

    @Test
    void errorsKeepTheirKindAndTheProvidersWords() throws Exception {
        var kinds =
                Map.of(
                        401, AuthenticationException.class,
                        404, ModelNotFoundException.class,
                        429, RateLimitException.class,
                        500, InternalServerException.class);
        try (var upstream = Upstream.start(Chat::reply);
                var failing = Gateways.to(upstream.url())) {
            for (var kind : kinds.entrySet()) {
                upstream.script((call, reply) ->
                        reply.json(
                                kind.getKey(),
                                "{\"error\":{\"message\":\"the provider's words\",\"type\":\"a_type\"}}"));
                RuntimeException plain =
                        assertThrows(
                                kind.getValue(), () -> chat(failing.address()).chat(ask("error")));
                assertTrue(String.valueOf(plain.getMessage()).contains("the provider's words"));
                ExecutionException streamed =
                        assertThrows(
                                ExecutionException.class,
                                () -> streamed(failing.address(), ask("error")));
                assertInstanceOf(kind.getValue(), streamed.getCause());
            }
        }
    }

    @Test
    void cancellingAStreamClosesTheUpstreams() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            reply.begin("text/event-stream");
                            reply.chunk(Chat.piece("first"));
                            try {
                                while (true) {
                                    // The handle takes effect with the next event.
                                    reply.chunk(Chat.piece("more"));
                                    Thread.onSpinWait();
                                }
                            } finally {
                                closed.countDown();
                            }
                        });
                var through = Gateways.to(upstream.url())) {
            streaming(through.address())
                    .chat(
                            ask("cancel"),
                            new Collecting() {
                                @Override
                                public void onPartialResponse(
                                        PartialResponse partial, PartialResponseContext context) {
                                    context.streamingHandle().cancel();
                                }
                            });
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            Gateways.awaitIdle(through);
        }
    }
}
