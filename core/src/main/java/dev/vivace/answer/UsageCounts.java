package dev.vivace.answer;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The counts of tokens read so far; a later report replaces what it names. Not thread-safe. */
final class UsageCounts {
    private static final String MEMBER = "\"usage\"";

    private static final long UNKNOWN = -1;

    private final boolean cacheBesideInput;
    private long input = UNKNOWN;
    private long output = UNKNOWN;
    private long cached = UNKNOWN;
    private long written = UNKNOWN;

    /** Counts of OpenAI's protocols, where the prompt's tokens include the cached ones. */
    static UsageCounts ofOpenAi() {
        return new UsageCounts(false);
    }

    /**
     * Counts of Anthropic's protocol, where tokens read from the cache and written to it come
     * beside the input.
     */
    static UsageCounts ofAnthropic() {
        return new UsageCounts(true);
    }

    private UsageCounts(boolean cacheBesideInput) {
        this.cacheBesideInput = cacheBesideInput;
    }

    /** Reads the value of a member "usage" that the parser is at. */
    void read(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> input = count(parser, input);
                case "completion_tokens", "output_tokens" -> output = count(parser, output);
                case "prompt_tokens_details", "input_tokens_details" -> details(parser);
                case "cache_read_input_tokens" ->
                        cached = cacheBesideInput ? count(parser, cached) : cached;
                case "cache_creation_input_tokens" ->
                        written = cacheBesideInput ? count(parser, written) : written;
                default -> {}
            }
            parser.skipChildren();
        }
    }

    private void details(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            if (name.equals("cached_tokens") && !cacheBesideInput) {
                cached = count(parser, cached);
            }
            parser.skipChildren();
        }
    }

    private static long count(JsonParser parser, long before) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return before;
        }
        long value = parser.getLongValue();
        return value >= 0 && value <= Usage.MAX_COUNT ? value : before;
    }

    /** What was reported; empty if neither input nor output was. */
    Optional<Usage> usage() {
        if (input == UNKNOWN && output == UNKNOWN) {
            return Optional.empty();
        }
        long prompt = Math.max(0, input);
        long read = Math.max(0, cached);
        long fresh = cacheBesideInput ? prompt + Math.max(0, written) : Math.max(0, prompt - read);
        return Optional.of(new Usage(fresh, read, Math.max(0, output)));
    }

    /**
     * Reads every member "usage" whose value is an object, wherever in the bytes it is. Text that
     * merely looks like one is not taken for one: inside a string its quotes would be escaped.
     */
    void readAll(byte[] tail) {
        String text = searchable(tail);
        for (int at = nextMember(text, 0); at >= 0; at = nextMember(text, at)) {
            try (JsonParser parser = JsonStreams.parser(tail, at, tail.length)) {
                parser.nextToken();
                read(parser);
            } catch (JacksonException cutOff) {
                continue; // what was read before the cut counts
            }
        }
    }

    /** Where the object begins that is the value of the next "usage"; -1 if there is none. */
    static int nextMember(String json, int from) {
        for (int i = json.indexOf(MEMBER, from); i >= 0; i = json.indexOf(MEMBER, i + 1)) {
            int value = afterColon(json, i + MEMBER.length());
            if (value < json.length() && json.charAt(value) == '{') {
                return value;
            }
        }
        return -1;
    }

    private static int afterColon(String json, int from) {
        int colon = skipSpace(json, from);
        boolean there = colon < json.length() && json.charAt(colon) == ':';
        return there ? skipSpace(json, colon + 1) : json.length();
    }

    private static int skipSpace(String json, int from) {
        int i = from;
        while (i < json.length() && " \t\n\r".indexOf(json.charAt(i)) >= 0) {
            i++;
        }
        return i;
    }

    /** One character for each byte: text is searched many bytes at a time, an array is not. */
    static String searchable(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
