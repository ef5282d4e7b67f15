package dev.vivace.request;

import dev.vivace.answer.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Request bodies by seed, as trees: maps, lists, strings, {@link Num}, booleans and nulls, over
 * every documented field of a protocol and some that nobody documented.
 */
public final class Bodies {
    /** A number by its digits, so that none is lost: {@code digits * 10^exponent}. */
    public record Num(boolean negative, String digits, int exponent) {
        static Num of(long value) {
            return new Num(value < 0, Long.toString(Math.abs(value)), 0);
        }
    }

    private static final String[] WORDS = {
        "",
        "a",
        "weather",
        "Berlin",
        "é",
        "😀",
        "\u0000",
        "\n",
        "\"",
        "\\",
        "s\u0001x",
        "{\"a\":1}",
        "null",
        "true",
        "1",
        "0",
        "[]",
        "data:image/png;base64,iVBORw0KGgo=",
        "\u2028",
        "auto",
        "none"
    };

    private final RandomGenerator random;

    public Bodies(long seed) {
        random = new SplittableRandom(seed);
    }

    public static Protocol protocol(long seed) {
        return Protocol.values()[(int) (seed % 3)];
    }

    public Map<String, @Nullable Object> body(Protocol protocol) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", "model-" + random.nextInt(5));
        switch (protocol) {
            case CHAT -> chat(body);
            case RESPONSES -> responses(body);
            case MESSAGES -> messages(body);
        }
        maybe(body, "temperature", number());
        maybe(body, "top_p", number());
        maybe(body, "metadata", Map.of("run", text()));
        maybe(body, "user", text());
        maybe(body, "stream", random.nextBoolean());
        maybe(body, "service_tier", "auto");
        maybe(body, "x_unknown_" + random.nextInt(3), any(3));
        maybe(body, "", any(1));
        return body;
    }

    private void chat(Map<String, @Nullable Object> body) {
        body.put("messages", list(1, 4, this::chatMessage));
        maybe(body, "tools", list(0, 3, () -> map("type", "function", "function", function())));
        maybe(
                body,
                "tool_choice",
                random.nextBoolean()
                        ? "auto"
                        : map("type", "function", "function", map("name", word())));
        maybe(body, "parallel_tool_calls", random.nextBoolean());
        maybe(body, "functions", list(0, 2, this::function));
        maybe(body, "function_call", word());
        maybe(
                body,
                "response_format",
                map(
                        "type",
                        "json_schema",
                        "json_schema",
                        map("name", word(), "strict", random.nextBoolean(), "schema", schema())));
        maybe(body, "seed", Num.of(random.nextInt(100)));
        maybe(body, "stop", random.nextBoolean() ? word() : list(0, 4, this::word));
        maybe(body, "max_tokens", Num.of(random.nextInt(4096)));
        maybe(body, "max_completion_tokens", Num.of(random.nextInt(4096)));
        maybe(body, "n", Num.of(1 + random.nextInt(3)));
        maybe(body, "logprobs", random.nextBoolean());
        maybe(body, "top_logprobs", Num.of(random.nextInt(20)));
        maybe(body, "logit_bias", map("50256", number(), "17", number()));
        maybe(body, "frequency_penalty", number());
        maybe(body, "presence_penalty", number());
        maybe(body, "reasoning_effort", "low");
        maybe(body, "verbosity", "high");
        maybe(body, "modalities", list(0, 2, this::word));
        maybe(body, "audio", map("voice", word(), "format", "mp3"));
        maybe(body, "prediction", map("type", "content", "content", text()));
        maybe(body, "store", random.nextBoolean());
        maybe(body, "prompt_cache_key", word());
        maybe(body, "safety_identifier", word());
        maybe(body, "web_search_options", map("search_context_size", "low"));
        maybe(body, "stream_options", map("include_usage", random.nextBoolean()));
    }

    private Object chatMessage() {
        return switch (random.nextInt(5)) {
            case 0 -> map("role", "system", "content", text());
            case 1 -> map("role", "user", "name", word(), "content", list(0, 4, this::chatPart));
            case 2 ->
                    map(
                            "role",
                            "assistant",
                            "content",
                            null,
                            "refusal",
                            null,
                            "tool_calls",
                            list(
                                    1,
                                    3,
                                    () ->
                                            map(
                                                    "id",
                                                    "call_" + word(),
                                                    "type",
                                                    "function",
                                                    "function",
                                                    map(
                                                            "name",
                                                            word(),
                                                            "arguments",
                                                            "{\"city\": \""
                                                                    + random.nextInt(9)
                                                                    + "\"}"))));
            case 3 -> map("role", "tool", "tool_call_id", "call_" + word(), "content", text());
            default -> map("role", "user", "content", text());
        };
    }

    private Object chatPart() {
        return switch (random.nextInt(4)) {
            case 0 -> map("type", "image_url", "image_url", map("url", text(), "detail", "low"));
            case 1 ->
                    map("type", "input_audio", "input_audio", map("data", text(), "format", "wav"));
            case 2 -> map("type", "file", "file", map("file_id", word()));
            default ->
                    map("type", "text", "text", text(), "cache_control", map("type", "ephemeral"));
        };
    }

    private void responses(Map<String, @Nullable Object> body) {
        body.put("input", random.nextBoolean() ? text() : list(1, 4, this::chatMessage));
        maybe(body, "instructions", text());
        maybe(body, "previous_response_id", word());
        maybe(body, "conversation", map("id", word()));
        maybe(body, "background", random.nextBoolean());
        maybe(body, "include", list(0, 2, this::word));
        maybe(body, "max_output_tokens", Num.of(random.nextInt(4096)));
        maybe(body, "max_tool_calls", Num.of(random.nextInt(9)));
        maybe(body, "prompt", map("id", word(), "version", "2", "variables", any(2)));
        maybe(body, "reasoning", map("effort", "low", "summary", "auto"));
        maybe(
                body,
                "text",
                map("format", map("type", "json_schema", "schema", schema()), "verbosity", "low"));
        maybe(
                body,
                "tools",
                list(
                        0,
                        3,
                        () ->
                                map(
                                        "type",
                                        "function",
                                        "name",
                                        word(),
                                        "parameters",
                                        schema(),
                                        "strict",
                                        true)));
        maybe(body, "tool_choice", "required");
        maybe(body, "truncation", "auto");
        maybe(body, "top_logprobs", Num.of(random.nextInt(20)));
        maybe(body, "store", random.nextBoolean());
    }

    private void messages(Map<String, @Nullable Object> body) {
        body.put(
                "messages",
                list(
                        1,
                        4,
                        () ->
                                map(
                                        "role",
                                        random.nextBoolean() ? "user" : "assistant",
                                        "content",
                                        random.nextBoolean() ? text() : list(1, 3, this::block))));
        body.put("max_tokens", Num.of(random.nextInt(4096)));
        maybe(body, "system", random.nextBoolean() ? text() : list(1, 2, this::block));
        maybe(
                body,
                "tools",
                list(
                        0,
                        3,
                        () ->
                                map(
                                        "name",
                                        word(),
                                        "description",
                                        text(),
                                        "input_schema",
                                        schema())));
        maybe(
                body,
                "tool_choice",
                map(
                        "type",
                        "tool",
                        "name",
                        word(),
                        "disable_parallel_tool_use",
                        random.nextBoolean()));
        maybe(body, "stop_sequences", list(0, 3, this::word));
        maybe(body, "top_k", Num.of(random.nextInt(100)));
        maybe(body, "thinking", map("type", "enabled", "budget_tokens", Num.of(1024)));
        maybe(body, "container", word());
        maybe(body, "mcp_servers", list(0, 2, () -> map("type", "url", "url", text())));
    }

    private Object block() {
        return switch (random.nextInt(4)) {
            case 0 ->
                    map(
                            "type",
                            "image",
                            "source",
                            map("type", "base64", "media_type", "image/png", "data", text()));
            case 1 -> map("type", "tool_use", "id", word(), "name", word(), "input", any(3));
            case 2 ->
                    map(
                            "type",
                            "tool_result",
                            "tool_use_id",
                            word(),
                            "is_error",
                            random.nextBoolean(),
                            "content",
                            text());
            default -> map("type", "text", "text", text());
        };
    }

    private Map<String, @Nullable Object> function() {
        return map(
                "name",
                word(),
                "description",
                text(),
                "strict",
                random.nextBoolean(),
                "parameters",
                schema());
    }

    private Object schema() {
        return map(
                "type",
                "object",
                "properties",
                map(
                        "city",
                        map("type", "string", "enum", list(0, 3, this::word)),
                        "days",
                        map("type", "integer", "minimum", number(), "default", null)),
                "required",
                list(0, 2, this::word),
                "additionalProperties",
                false);
    }

    /** Any value at all. */
    @Nullable Object any(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> number();
            case 3, 4 -> text();
            case 5 -> list(0, 4, () -> any(depth - 1));
            default -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                int count = random.nextInt(5);
                for (int i = 0; i < count; i++) {
                    members.put(
                            word()
                                    + (random.nextInt(10) == 0
                                            ? "k".repeat(random.nextInt(300))
                                            : ""),
                            any(depth - 1));
                }
                yield members;
            }
        };
    }

    private Num number() {
        return switch (random.nextInt(4)) {
            case 0 -> Num.of(0);
            case 1 -> Num.of(random.nextInt(-5, 5));
            case 2 ->
                    new Num(
                            random.nextBoolean(),
                            Integer.toString(1 + random.nextInt(99_999)),
                            -random.nextInt(8));
            default ->
                    new Num(
                            random.nextBoolean(),
                            "1234567890".repeat(1 + random.nextInt(16)),
                            random.nextInt(-20, 20));
        };
    }

    private String word() {
        return WORDS[random.nextInt(WORDS.length)];
    }

    private String text() {
        String word = word();
        return switch (random.nextInt(5)) {
            case 0 -> word;
            case 1 -> word + "x".repeat(120 + random.nextInt(16)); // around what is digested apart
            case 2 -> (word + " and ").repeat(random.nextInt(60));
            default -> word + " " + random.nextInt(1_000);
        };
    }

    private interface Making {
        @Nullable Object make();
    }

    private List<@Nullable Object> list(int atLeast, int atMost, Making making) {
        List<@Nullable Object> list = new ArrayList<>();
        int count = random.nextInt(atLeast, atMost + 1);
        for (int i = 0; i < count; i++) {
            list.add(making.make());
        }
        return list;
    }

    private void maybe(Map<String, @Nullable Object> body, String name, @Nullable Object value) {
        if (random.nextInt(3) == 0) {
            body.put(name, random.nextInt(20) == 0 && !name.equals("temperature") ? null : value);
        }
    }

    private static Map<String, @Nullable Object> map(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return map;
    }
}
