package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** OpenAI's own client notices no difference between the gateway and what is behind it. */
final class OpenAiClientTest
        extends ClientContract<OpenAIClient, ChatCompletionCreateParams, ChatCompletionMessage> {
    @Override
    String path() {
        return Chat.PATH;
    }

    @Override
    OpenAIClient client(URI at) {
        return OpenAIOkHttpClient.builder()
                .apiKey("sk-test")
                .baseUrl(at + "/v1")
                .maxRetries(0)
                .build();
    }

    @Override
    void close(OpenAIClient client) {
        client.close();
    }

    @Override
    ChatCompletionCreateParams ask(String question) {
        return ChatCompletionCreateParams.builder()
                .model("gpt-4o")
                .temperature(0)
                .addUserMessage(question)
                .build();
    }

    @Override
    ChatCompletionCreateParams askForTools(String question) {
        var parameters =
                FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .build();
        return ask(question).toBuilder()
                .addFunctionTool(
                        FunctionDefinition.builder().name("weather").parameters(parameters).build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .build();
    }

    @Override
    ChatCompletionMessage whole(OpenAIClient at, ChatCompletionCreateParams params) {
        return at.chat().completions().create(params).validate().choices().getFirst().message();
    }

    @Override
    ChatCompletionMessage streamed(OpenAIClient at, ChatCompletionCreateParams params) {
        return completion(at, params).choices().getFirst().message();
    }

    private static ChatCompletion completion(OpenAIClient at, ChatCompletionCreateParams params) {
        var all = ChatCompletionAccumulator.create();
        try (var stream = at.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> all.accumulate(chunk.validate()));
        }
        return all.chatCompletion();
    }

    @Override
    void same(ChatCompletionMessage expected, ChatCompletionMessage got) {
        assertEquals(expected.content(), got.content());
        assertEquals(expected.toolCalls().orElse(List.of()), got.toolCalls().orElse(List.of()));
        assertEquals(expected.refusal(), got.refusal());
    }

    @Test
    void usageInAStreamIfAskedFor() {
        var params =
                ask("usage").toBuilder()
                        .streamOptions(
                                ChatCompletionStreamOptions.builder().includeUsage(true).build())
                        .build();
        var expected = completion(client, params).usage().orElseThrow();
        assertTrue(expected.totalTokens() > 0);
        assertEquals(expected, completion(client, params).usage().orElseThrow());
        assertTrue(completion(client, ask("usage")).usage().isEmpty());
        assertEquals(
                expected.totalTokens(),
                client.chat()
                        .completions()
                        .create(ask("usage"))
                        .usage()
                        .orElseThrow()
                        .totalTokens());
        assertEquals(1, upstreamCalls(Chat.PATH));
    }

    @Test
    void responsesInBothForms() {
        var params =
                ResponseCreateParams.builder()
                        .model("gpt-4o")
                        .temperature(0)
                        .input("Hello")
                        .build();
        Response expected = direct.responses().create(params).validate();
        simulator.reset();
        assertEquals(expected.output(), client.responses().create(params).validate().output());
        for (int i = 0; i < 2; i++) {
            var all = ResponseAccumulator.create();
            try (var stream = client.responses().createStreaming(params)) {
                stream.stream().forEach(event -> all.accumulate(event.validate()));
            }
            assertEquals(expected.output(), all.response().output());
        }
        assertEquals(1, upstreamCalls("/v1/responses"));
    }

    @Test
    void embeddings() {
        var params =
                EmbeddingCreateParams.builder()
                        .model("text-embedding-3-small")
                        .inputOfArrayOfStrings(List.of("one", "two", "one"))
                        .build();
        var expected = direct.embeddings().create(params).validate();
        for (int i = 0; i < 2; i++) {
            var got = client.embeddings().create(params).validate();
            assertEquals(expected.data(), got.data());
            assertEquals(expected.model(), got.model());
        }
    }

    @Test
    void models() {
        assertEquals(direct.models().list().data(), client.models().list().data());
    }

    @Override
    Map<Integer, Class<? extends RuntimeException>> errors() {
        return Map.of(
                400, BadRequestException.class,
                401, UnauthorizedException.class,
                404, NotFoundException.class,
                429, RateLimitException.class,
                500, InternalServerException.class,
                503, InternalServerException.class);
    }

    @Override
    Class<? extends RuntimeException> unavailable() {
        return InternalServerException.class;
    }

    @Override
    String errorBody() {
        return "{\"error\":{\"message\":\""
                + WORDS
                + "\",\"type\":\"a_type\",\"param\":null,\"code\":\"a_code\"}}";
    }

    @Override
    void check(RuntimeException error, int status, String says) {
        var e = assertInstanceOf(OpenAIServiceException.class, error);
        assertEquals(status, e.statusCode());
        assertTrue(String.valueOf(e.getMessage()).contains(says), e.getMessage());
        assertEquals(says.equals(WORDS) ? Optional.of("a_code") : Optional.empty(), e.code());
    }

    @Override
    void openEnd(Upstream.Reply reply) throws Exception {
        reply.chunk(Chat.piece("first"));
        reply.awaitClosed();
    }

    @Override
    void leave(OpenAIClient at, ChatCompletionCreateParams params) {
        try (var stream = at.chat().completions().createStreaming(params)) {
            var first = stream.stream().findFirst().orElseThrow();
            assertEquals("first", first.choices().getFirst().delta().content().orElseThrow());
        }
    }
}
