package dev.vivace.answer;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The counts of tokens read so far; a later report replaces what it names. Not thread-safe. */
final class UsageCounts {
    private static final String MEMBER = "\"usage\"";

    private record Name(String text, byte[] bytes) {}

    private static final List<Name> NAMES =
            Stream.of(
                            "prompt_tokens",
                            "completion_tokens",
                            "prompt_tokens_details",
                            "cached_tokens",
                            "input_tokens",
                            "output_tokens",
                            "input_tokens_details",
                            "cache_read_input_tokens",
                            "cache_creation_input_tokens")
                    .map(name -> new Name(name, name.getBytes(StandardCharsets.US_ASCII)))
                    .toList();

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
        object(parser, "");
    }

    private void object(JsonParser parser, String within) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            if (within.isEmpty() && isDetails(name)) {
                object(parser, name);
            } else if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                count(within, name, parser.getLongValue());
            }
            parser.skipChildren();
        }
    }

    /** The same, where bytes are at hand: most answers are never made into tokens by a parser. */
    private void object(JsonReader reader, byte[] in, String within) {
        if (reader.peek() != '{') {
            reader.skipValue();
            return;
        }
        reader.beginObject();
        while (reader.nextMember()) {
            String name = known(reader);
            if (within.isEmpty() && isDetails(name)) {
                object(reader, in, name);
            } else if (!name.isEmpty() && Character.isDigit(reader.peek())) {
                reader.readNumber();
                if (reader.textEnd() == in.length) {
                    throw reader.fail("a number that may go on");
                }
                count(within, name, wholeNumber(in, reader.textStart(), reader.textEnd()));
            } else {
                reader.skipValue();
            }
        }
    }

    private static String known(JsonReader reader) {
        for (Name name : NAMES) {
            if (reader.nameIs(name.bytes)) {
                return name.text;
            }
        }
        return "";
    }

    /** Negative if it is none, or too large to be a count. */
    private static long wholeNumber(byte[] in, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            if (in[i] < '0' || in[i] > '9' || value > Usage.MAX_COUNT) {
                return UNKNOWN;
            }
            value = value * 10 + in[i] - '0';
        }
        return value;
    }

    private static boolean isDetails(String name) {
        return name.equals("prompt_tokens_details") || name.equals("input_tokens_details");
    }

    /**
     * @param within the name of the details that it stands in; empty if in none
     */
    private void count(String within, String name, long value) {
        if (value < 0 || value > Usage.MAX_COUNT) {
            return;
        }
        if (!within.isEmpty()) {
            cached = name.equals("cached_tokens") && !cacheBesideInput ? value : cached;
            return;
        }
        switch (name) {
            case "prompt_tokens", "input_tokens" -> input = value;
            case "completion_tokens", "output_tokens" -> output = value;
            case "cache_read_input_tokens" -> cached = cacheBesideInput ? value : cached;
            case "cache_creation_input_tokens" -> written = cacheBesideInput ? value : written;
            default -> {}
        }
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
            try {
                object(new JsonReader(tail, at, tail.length), tail, "");
            } catch (JsonException cutOff) {
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
