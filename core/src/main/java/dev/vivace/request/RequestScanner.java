package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.answer.Protocol;
import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import dev.vivace.request.RequestScan.CacheMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one pass over a model call's body: checks it, finds what the phases need and digests what it
 * means.
 *
 * <p>Only {@code stream}, {@code stream_options}, {@code user} and {@code metadata} cannot change
 * an answer and stay out of the digest; a field that nobody knows yet is in it. Keeps its buffers;
 * not thread-safe.
 */
public final class RequestScanner {
    private static final byte[] MODEL = name("model");
    private static final byte[] MESSAGES = name("messages");
    private static final byte[] STREAM = name("stream");
    private static final byte[] STREAM_OPTIONS = name("stream_options");
    private static final byte[] USER = name("user");
    private static final byte[] METADATA = name("metadata");
    private static final byte[] TEMPERATURE = name("temperature");
    private static final byte[] SEED = name("seed");
    private static final byte[] INPUT = name("input");
    private static final byte[] CACHE = name("cache");
    private static final byte[] BACKGROUND = name("background");
    private static final byte[] CONVERSATION = name("conversation");
    private static final String INPUT_KINDS =
            "'input' must be a string, an array of strings, an array of tokens, or an array of arrays of tokens;";
    private static final byte[] NONE = new byte[0];

    /** More would not fit into milliseconds, and is as good as for ever. */
    private static final double MAX_SECONDS = 1e12;

    private final MeaningDigest digest = new MeaningDigest();
    private final MeaningDigest inputDigest = new MeaningDigest();

    private @Nullable String model;
    private int modelStart;
    private int modelEnd;
    private boolean messages;
    private boolean stream;
    private boolean wantsUsage;
    private boolean zeroTemperature;
    private boolean seed;
    private boolean cacheable;
    private @Nullable CacheMember cacheMember;
    private int memberCount;
    private int seen;
    private boolean embedding;
    private int inputStart;
    private int inputEnd;
    private final List<EmbeddingScan.Input> inputs = new ArrayList<>();

    /**
     * Scans a body.
     *
     * @throws JsonException if it cannot be read, with the place
     */
    public RequestScan scan(byte[] body, Protocol protocol) {
        RequestScan scan = scan(body, protocol, false);
        if (!messages && protocol != Protocol.RESPONSES) {
            throw new JsonException("'messages' is missing", body, body.length);
        }
        return scan;
    }

    /**
     * Scans the body of an embedding call; its inputs stay out of the digest and get one each.
     *
     * @throws JsonException if it cannot be read, with the place
     */
    public EmbeddingScan scanEmbedding(byte[] body) {
        RequestScan scan = scan(body, Protocol.CHAT, true);
        if (inputEnd == 0) {
            throw new JsonException("'input' is missing", body, body.length);
        }
        return new EmbeddingScan(scan, inputStart, inputEnd, List.copyOf(inputs));
    }

    private RequestScan scan(byte[] body, Protocol protocol, boolean embedding) {
        clear();
        this.embedding = embedding;
        var reader = new JsonReader(body);
        if (body.length == 0) {
            throw reader.fail("the body is empty, expected a JSON object");
        }
        reader.beginObject();
        int begin = digest.beginObject();
        while (reader.nextMember()) {
            member(reader, body, protocol);
            memberCount++;
        }
        digest.endObject(begin, body);
        reader.end();
        String found = model;
        if (found == null) {
            throw new JsonException("'model' is missing", body, body.length);
        }
        return new RequestScan(
                found,
                modelStart,
                modelEnd,
                stream,
                wantsUsage,
                zeroTemperature || seed,
                cacheable,
                digest.finish(NONE),
                Optional.ofNullable(cacheMember));
    }

    private void clear() {
        digest.reset();
        model = null;
        cacheMember = null;
        memberCount = 0;
        seen = 0;
        inputStart = inputEnd = 0;
        inputs.clear();
        messages = stream = wantsUsage = zeroTemperature = seed = false;
        cacheable = true;
    }

    private void member(JsonReader reader, byte[] body, Protocol protocol) {
        int length = reader.textEnd() - reader.textStart();
        if (reader.textEscaped() && known(reader.text())) {
            // One parser would know it and another not: never pass on what can be read in two ways.
            throw new JsonException(
                    "the member name '" + reader.text() + "' must be written without escapes",
                    body,
                    reader.textStart() - 1);
        }
        switch (length) {
            case 4 -> {
                if (reader.nameIs(SEED)) {
                    digest.memberName(reader, body);
                    seed = number(reader.peek());
                    digest.value(reader, body);
                    return;
                }
                if (reader.nameIs(USER)) {
                    once(1, reader, body);
                    digest.skip(reader, body);
                    return;
                }
            }
            case 5 -> {
                if (reader.nameIs(MODEL)) {
                    model(reader, body);
                    return;
                }
                if (embedding && reader.nameIs(INPUT)) {
                    once(32, reader, body);
                    inputs(reader, body);
                    return;
                }
                if (reader.nameIs(CACHE)) {
                    once(16, reader, body);
                    cache(reader, body);
                    return;
                }
            }
            case 6 -> {
                if (reader.nameIs(STREAM)) {
                    once(2, reader, body);
                    stream = flag(reader, "stream");
                    return;
                }
            }
            case 8 -> {
                if (reader.nameIs(MESSAGES)) {
                    if (reader.peek() != '[') {
                        throw reader.fail("'messages' must be an array");
                    }
                    messages = true;
                } else if (reader.nameIs(METADATA)) {
                    once(4, reader, body);
                    digest.skip(reader, body);
                    return;
                }
            }
            case 10 -> {
                if (protocol == Protocol.RESPONSES && reader.nameIs(BACKGROUND)) {
                    cacheable &= reader.peek() != 't';
                }
            }
            case 11 -> {
                if (reader.nameIs(TEMPERATURE)) {
                    temperature(reader, body);
                    return;
                }
            }
            case 12 -> {
                // A conversation grows by the call itself: an answer from here would leave it
                // behind.
                if (protocol == Protocol.RESPONSES && reader.nameIs(CONVERSATION)) {
                    cacheable &= reader.peek() == 'n';
                }
            }
            case 14 -> {
                if (reader.nameIs(STREAM_OPTIONS)) {
                    once(8, reader, body);
                    streamOptions(reader, body);
                    return;
                }
            }
            default -> {}
        }
        digest.member(reader, body);
    }

    /** The digest notices duplicates of everything that it sees; these it does not see. */
    private void once(int bit, JsonReader reader, byte[] body) {
        if ((seen & bit) != 0) {
            throw MeaningDigest.duplicate(reader, body);
        }
        seen |= bit;
    }

    private static boolean known(String name) {
        return switch (name) {
            case "model",
                    "messages",
                    "stream",
                    "stream_options",
                    "user",
                    "metadata",
                    "temperature",
                    "seed",
                    "cache",
                    "background",
                    "conversation" ->
                    true;
            default -> false;
        };
    }

    private void model(JsonReader reader, byte[] body) {
        digest.memberName(reader, body);
        if (reader.peek() != '"') {
            throw reader.fail("'model' must be a string");
        }
        modelStart = reader.offset();
        digest.value(reader, body);
        modelEnd = reader.offset();
        model = reader.text();
        if (reader.textEnd() == reader.textStart()) {
            throw reader.fail("'model' must not be empty");
        }
    }

    /** A text, an array of texts, an array of tokens, or an array of arrays of tokens. */
    private void inputs(JsonReader reader, byte[] body) {
        byte kind = reader.peek();
        inputStart = reader.offset();
        boolean tokens = false;
        if (kind == '[') {
            reader.beginArray();
            while (reader.nextElement()) {
                byte element = reader.peek();
                boolean token = element == '-' || element >= '0' && element <= '9';
                if (!token && element != '"' && element != '['
                        || token && !inputs.isEmpty()
                        || tokens && !token) {
                    throw reader.fail(INPUT_KINDS);
                }
                tokens = token;
                if (token) {
                    reader.readNumber();
                } else {
                    input(reader, body);
                }
            }
        } else if (kind == '"') {
            input(reader, body);
        } else {
            throw reader.fail(INPUT_KINDS);
        }
        inputEnd = reader.offset();
        if (tokens) {
            input(new JsonReader(body, inputStart, inputEnd), body);
        } else if (inputs.isEmpty()) {
            throw reader.fail("'input' must not be empty");
        }
    }

    private void input(JsonReader reader, byte[] body) {
        reader.peek();
        int start = reader.offset();
        inputDigest.reset();
        inputDigest.value(reader, body);
        inputs.add(new EmbeddingScan.Input(start, reader.offset(), inputDigest.finish(NONE)));
    }

    private void temperature(JsonReader reader, byte[] body) {
        digest.memberName(reader, body);
        byte kind = reader.peek();
        if (kind == 'n') {
            digest.value(reader, body);
            return;
        }
        if (!number(kind)) {
            throw reader.fail("'temperature' must be a number");
        }
        digest.value(reader, body);
        zeroTemperature = true;
        for (int i = reader.textStart(); i < reader.textEnd() && (body[i] | 0x20) != 'e'; i++) {
            if (body[i] >= '1' && body[i] <= '9') {
                zeroTemperature = false;
            }
        }
    }

    private static boolean number(byte kind) {
        return kind == '-' || kind >= '0' && kind <= '9';
    }

    private static boolean flag(JsonReader reader, String name) {
        return switch (reader.peek()) {
            case 't', 'f' -> reader.bool();
            case 'n' -> {
                reader.readNull();
                yield false;
            }
            default -> throw reader.fail("'" + name + "' must be true or false");
        };
    }

    private void streamOptions(JsonReader reader, byte[] body) {
        boolean object = reader.peek() == '{';
        JsonReader options = checked(reader, body);
        if (!object) {
            return;
        }
        options.beginObject();
        while (options.nextMember()) {
            if (options.text().equals("include_usage")) {
                wantsUsage = flag(options, "stream_options.include_usage");
            } else {
                options.skipValue();
            }
        }
    }

    /** Reads past a value of ours, checking it wholly; a reader for what it says. */
    private JsonReader checked(JsonReader reader, byte[] body) {
        int from = reader.offset();
        digest.skip(reader, body);
        return new JsonReader(body, from, reader.offset());
    }

    private void cache(JsonReader reader, byte[] body) {
        int nameStart = reader.textStart() - 1;
        if (reader.peek() != '{') {
            // Not LiteLLM's form: somebody else's field, and it stays where it is.
            digest.member(reader, body);
            return;
        }
        boolean noCache = false;
        boolean noStore = false;
        Optional<Long> ttl = Optional.empty();
        Optional<Long> maxAge = Optional.empty();
        Optional<String> namespace = Optional.empty();
        JsonReader own = checked(reader, body);
        own.beginObject();
        while (own.nextMember()) {
            switch (own.text()) {
                case "no-cache" -> noCache = flag(own, "cache.no-cache");
                case "no-store" -> noStore = flag(own, "cache.no-store");
                case "ttl" -> ttl = seconds(own, body, "cache.ttl");
                case "s-maxage", "s-max-age" -> maxAge = seconds(own, body, "cache.s-maxage");
                case "namespace" -> namespace = namespace(own);
                default -> own.skipValue();
            }
        }
        cacheMember =
                cut(body, nameStart, reader.offset(), noCache, noStore, ttl, maxAge, namespace);
    }

    private CacheMember cut(
            byte[] body,
            int nameStart,
            int valueEnd,
            boolean noCache,
            boolean noStore,
            Optional<Long> ttl,
            Optional<Long> maxAge,
            Optional<String> namespace) {
        int start = nameStart;
        int end = valueEnd;
        if (memberCount > 0) {
            while (body[start] != ',') {
                start--;
            }
        } else {
            int i = end;
            while (i < body.length && body[i] <= ' ') {
                i++;
            }
            if (i < body.length && body[i] == ',') {
                end = i + 1;
            }
        }
        return new CacheMember(start, end, noCache, noStore, ttl, maxAge, namespace);
    }

    private static Optional<Long> seconds(JsonReader reader, byte[] body, String name) {
        byte kind = reader.peek();
        if (kind == 'n') {
            reader.readNull();
            return Optional.empty();
        }
        int at = reader.offset();
        if (number(kind)) {
            reader.readNumber();
            int length = reader.textEnd() - reader.textStart();
            double value =
                    Double.parseDouble(new String(body, reader.textStart(), length, US_ASCII));
            if (value >= 0) {
                return Optional.of((long) Math.min(value, MAX_SECONDS));
            }
        }
        throw new JsonException("'" + name + "' must be a number of seconds, 0 or more", body, at);
    }

    private static Optional<String> namespace(JsonReader reader) {
        return switch (reader.peek()) {
            case '"' -> Optional.of(reader.string());
            case 'n' -> {
                reader.readNull();
                yield Optional.empty();
            }
            default -> throw reader.fail("'cache.namespace' must be a string");
        };
    }

    private static byte[] name(String name) {
        return name.getBytes(US_ASCII);
    }
}
