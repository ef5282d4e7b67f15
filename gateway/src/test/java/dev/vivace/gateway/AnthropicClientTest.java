package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Anthropic's own client notices no difference between the gateway and what is behind it. */
final class AnthropicClientTest
        extends ClientContract<AnthropicClient, MessageCreateParams, Message> {
    @Override
    String path() {
        return "/v1/messages";
    }

    @Override
    AnthropicClient client(URI at) {
        return AnthropicOkHttpClient.builder()
                .apiKey("sk-ant-test")
                .baseUrl(at.toString())
                .maxRetries(0)
                .build();
    }

    @Override
    void close(AnthropicClient client) {
        client.close();
    }

    @Override
    MessageCreateParams ask(String question) {
        return MessageCreateParams.builder()
                .model("claude-sonnet-4-5")
                .maxTokens(500)
                .temperature(0)
                .addUserMessage(question)
                .build();
    }

    @Override
    MessageCreateParams askForTools(String question) {
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

    @Override
    Message whole(AnthropicClient at, MessageCreateParams params) {
        return at.messages().create(params).validate();
    }

    @Override
    Message streamed(AnthropicClient at, MessageCreateParams params) {
        var all = MessageAccumulator.create();
        try (var stream = at.messages().createStreaming(params)) {
            stream.stream().forEach(event -> all.accumulate(event.validate()));
        }
        return all.message();
    }

    @Override
    void same(Message expected, Message got) {
        assertEquals(expected.content(), got.content());
        assertEquals(expected.stopReason(), got.stopReason());
        assertEquals(expected.model(), got.model());
        assertEquals(expected.usage().outputTokens(), got.usage().outputTokens());
    }

    @Override
    Map<Integer, Class<? extends RuntimeException>> errors() {
        return Map.of(
                400, BadRequestException.class,
                401, UnauthorizedException.class,
                404, NotFoundException.class,
                429, RateLimitException.class,
                500, InternalServerException.class,
                529, InternalServerException.class);
    }

    @Override
    Class<? extends RuntimeException> unavailable() {
        return InternalServerException.class;
    }

    @Override
    String errorBody() {
        return "{\"type\":\"error\",\"error\":{\"type\":\"a_type\",\"message\":\"" + WORDS + "\"}}";
    }

    @Override
    void check(RuntimeException error, int status, String says) {
        var e = assertInstanceOf(AnthropicServiceException.class, error);
        assertEquals(status, e.statusCode());
        assertTrue(e.body().toString().contains(says), e.getMessage());
    }

    @Override
    void openEnd(Upstream.Reply reply) throws Exception {
        reply.chunk("event: ping\ndata: {\"type\":\"ping\"}\n\n");
        reply.chunk(
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"first\"}}\n\n");
        reply.awaitClosed();
    }

    @Override
    void leave(AnthropicClient at, MessageCreateParams params) {
        try (var stream = at.messages().createStreaming(params)) {
            var first = stream.stream().findFirst().orElseThrow();
            assertTrue(first.contentBlockDelta().orElseThrow().delta().text().isPresent());
        }
    }
}
