package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's own client notices no difference between the gateway and what is behind it. */
@Timeout(60)
final class OpenAiClientTest {
    private static Simulator simulator;
    private static Gateway gateway;
    private static OpenAIClient direct;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        simulator = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
        gateway = Gateways.to(URI.create(simulator.address() + "/v1"));
        direct = client(simulator.address());
        client = client(gateway.address());
    }

    @AfterAll
    static void stop() {
        direct.close();
        client.close();
        gateway.close();
        simulator.close();
    }

    @BeforeEach
    void forget() {
        simulator.reset();
    }

    private static OpenAIClient client(URI at) {
        return OpenAIOkHttpClient.builder()
                .apiKey("sk-test")
                .baseUrl(at + "/v1")
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams ask(String question) {
        return ChatCompletionCreateParams.builder()
                .model("gpt-4o")
                .temperature(0)
                .addUserMessage(question)
                .build();
    }

    private static ChatCompletionCreateParams askForTools(String question) {
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

    private static ChatCompletionMessage whole(OpenAIClient at, ChatCompletionCreateParams params) {
        return at.chat().completions().create(params).validate().choices().getFirst().message();
    }

    private static ChatCompletion streamed(OpenAIClient at, ChatCompletionCreateParams params) {
        var all = ChatCompletionAccumulator.create();
        try (var stream = at.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> all.accumulate(chunk.validate()));
        }
        return all.chatCompletion();
    }

    private static long upstreamCalls(String path) {
        return simulator.stats().requests().getOrDefault(path, 0L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void chatInBothFormsWhicheverCameFirst(boolean streamFirst) {
        for (var params :
                List.of(ask("chat " + streamFirst), askForTools("tools " + streamFirst))) {
            simulator.reset();
            ChatCompletionMessage expected = whole(direct, params);
            simulator.reset();
            if (streamFirst) {
                same(expected, streamed(client, params).choices().getFirst().message());
            }
            same(expected, whole(client, params));
            same(expected, streamed(client, params).choices().getFirst().message());
            same(expected, whole(client, params));
            assertEquals(1, upstreamCalls(Chat.PATH), "all but the first were hits");
        }
    }

    private static void same(ChatCompletionMessage expected, ChatCompletionMessage got) {
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
        var expected = streamed(client, params).usage().orElseThrow();
        assertTrue(expected.totalTokens() > 0);
        assertEquals(expected, streamed(client, params).usage().orElseThrow());
        assertTrue(streamed(client, ask("usage")).usage().isEmpty());
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

    @Test
    void errorsKeepTheirKindAndTheProvidersWords() throws Exception {
        var kinds =
                Map.of(
                        400, BadRequestException.class,
                        401, UnauthorizedException.class,
                        404, NotFoundException.class,
                        429, RateLimitException.class,
                        500, InternalServerException.class,
                        503, InternalServerException.class);
        try (var upstream = Upstream.start(Chat::reply);
                var failing = Gateways.to(upstream.url())) {
            var asking = client(failing.address());
            for (var kind : kinds.entrySet()) {
                upstream.script((call, reply) ->
                        reply.json(
                                kind.getKey(),
                                "{\"error\":{\"message\":\"the provider's words\",\"type\":\"a_type\",\"param\":null,\"code\":\"a_code\"}}"));
                for (boolean stream : List.of(true, false)) {
                    OpenAIServiceException e =
                            assertThrows(
                                    kind.getValue(),
                                    () -> {
                                        if (stream) {
                                            streamed(asking, ask("error"));
                                        } else {
                                            whole(asking, ask("error"));
                                        }
                                    });
                    assertEquals(kind.getKey(), e.statusCode());
                    assertTrue(String.valueOf(e.getMessage()).contains("the provider's words"));
                    assertEquals("a_code", e.code().orElseThrow());
                }
            }
            upstream.close();
            OpenAIServiceException gone =
                    assertThrows(InternalServerException.class, () -> whole(asking, ask("gone")));
            assertEquals(502, gone.statusCode());
            assertTrue(String.valueOf(gone.getMessage()).contains("127.0.0.1"));
            asking.close();
        }
    }

    @Test
    void closingAStreamEarlyClosesTheUpstreams() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            reply.begin("text/event-stream");
                            reply.chunk(Chat.piece("first"));
                            reply.awaitClosed();
                            closed.countDown();
                        });
                var through = Gateways.to(upstream.url())) {
            var asking = client(through.address());
            try (var stream = asking.chat().completions().createStreaming(ask("cancel"))) {
                assertEquals(
                        "first",
                        stream.stream()
                                .findFirst()
                                .orElseThrow()
                                .choices()
                                .getFirst()
                                .delta()
                                .content()
                                .orElseThrow());
            }
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            Gateways.awaitIdle(through);
            asking.close();
        }
    }
}
