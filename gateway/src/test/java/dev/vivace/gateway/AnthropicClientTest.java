package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceAny;
import com.anthropic.models.messages.ToolUnion;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's own client notices no difference between the gateway and what is behind it. */
@Timeout(60)
final class AnthropicClientTest {
    private static final String PATH = "/v1/messages";

    private static Simulator simulator;
    private static Gateway gateway;
    private static AnthropicClient direct;
    private static AnthropicClient client;

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

    private static AnthropicClient client(URI at) {
        return AnthropicOkHttpClient.builder()
                .apiKey("sk-ant-test")
                .baseUrl(at.toString())
                .maxRetries(0)
                .build();
    }

    private static MessageCreateParams ask(String question) {
        return MessageCreateParams.builder()
                .model("claude-sonnet-4-5")
                .maxTokens(500)
                .temperature(0)
                .addUserMessage(question)
                .build();
    }

    private static MessageCreateParams askForTools(String question) {
        return ask(question).toBuilder()
                .tools(
                        List.of(
                                ToolUnion.ofTool(
                                        Tool.builder()
                                                .name("weather")
                                                .inputSchema(
                                                        Tool.InputSchema.builder()
                                                                .properties(
                                                                        JsonValue.from(
                                                                                Map.of(
                                                                                        "city",
                                                                                        Map.of(
                                                                                                "type",
                                                                                                "string"))))
                                                                .addRequired("city")
                                                                .build())
                                                .build())))
                .toolChoice(ToolChoiceAny.builder().build())
                .build();
    }

    private static Message whole(AnthropicClient at, MessageCreateParams params) {
        return at.messages().create(params).validate();
    }

    private static Message streamed(AnthropicClient at, MessageCreateParams params) {
        var all = MessageAccumulator.create();
        try (var stream = at.messages().createStreaming(params)) {
            stream.stream().forEach(event -> all.accumulate(event.validate()));
        }
        return all.message();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messagesInBothFormsWhicheverCameFirst(boolean streamFirst) {
        for (var params :
                List.of(ask("message " + streamFirst), askForTools("tools " + streamFirst))) {
            simulator.reset();
            Message expected = whole(direct, params);
            simulator.reset();
            if (streamFirst) {
                same(expected, streamed(client, params));
            }
            same(expected, whole(client, params));
            same(expected, streamed(client, params));
            same(expected, whole(client, params));
            assertEquals(1, simulator.stats().requests().get(PATH), "all but the first were hits");
        }
    }

    private static void same(Message expected, Message got) {
        assertEquals(expected.content(), got.content());
        assertEquals(expected.stopReason(), got.stopReason());
        assertEquals(expected.model(), got.model());
        assertEquals(expected.usage().outputTokens(), got.usage().outputTokens());
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
                        529, InternalServerException.class);
        try (var upstream = Upstream.start(Chat::reply);
                var failing = Gateways.to(upstream.url())) {
            var asking = client(failing.address());
            for (var kind : kinds.entrySet()) {
                upstream.script((call, reply) ->
                        reply.json(
                                kind.getKey(),
                                "{\"type\":\"error\",\"error\":{\"type\":\"a_type\",\"message\":\"the provider's words\"}}"));
                for (boolean stream : List.of(true, false)) {
                    AnthropicServiceException e =
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
                    assertTrue(e.body().toString().contains("the provider's words"));
                }
            }
            upstream.close();
            AnthropicServiceException gone =
                    assertThrows(InternalServerException.class, () -> whole(asking, ask("gone")));
            assertEquals(502, gone.statusCode());
            assertTrue(gone.body().toString().contains("127.0.0.1"), gone.getMessage());
            asking.close();
        }
    }

    @Test
    void closingAStreamEarlyClosesTheUpstreams() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            reply.begin("text/event-stream");
                            reply.chunk("event: ping\ndata: {\"type\":\"ping\"}\n\n");
                            reply.chunk(
                                    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"first\"}}\n\n");
                            reply.awaitClosed();
                            closed.countDown();
                        });
                var through = Gateways.to(upstream.url())) {
            var asking = client(through.address());
            try (var stream = asking.messages().createStreaming(ask("cancel"))) {
                assertTrue(
                        stream.stream()
                                .findFirst()
                                .orElseThrow()
                                .contentBlockDelta()
                                .orElseThrow()
                                .delta()
                                .text()
                                .isPresent());
            }
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            Gateways.awaitIdle(through);
            asking.close();
        }
    }
}
