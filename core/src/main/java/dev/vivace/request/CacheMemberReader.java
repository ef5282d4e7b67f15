package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import dev.vivace.request.RequestScan.CacheMember;
import java.util.Optional;

/** Reads LiteLLM's {@code cache: {...}}. One for each; not thread-safe. */
final class CacheMemberReader {
    /** More would not fit into milliseconds, and is as good as for ever. */
    private static final double MAX_SECONDS = 1e12;

    private final JsonReader reader;
    private final byte[] body;
    private boolean noCache;
    private boolean noStore;
    private Optional<Long> ttl = Optional.empty();
    private Optional<Long> maxAge = Optional.empty();
    private Optional<String> namespace = Optional.empty();

    private CacheMemberReader(JsonReader reader, byte[] body) {
        this.reader = reader;
        this.body = body;
    }

    /**
     * @param body a part of which is the member; what comes before it is sound
     * @param nameStart where its name begins, at the quote
     * @param valueStart where its object begins
     * @param end behind it
     * @param first whether no member is before it
     */
    static CacheMember read(byte[] body, int nameStart, int valueStart, int end, boolean first) {
        var reading = new CacheMemberReader(new JsonReader(body, valueStart, end), body);
        reading.members();
        return new CacheMember(
                first ? nameStart : commaBefore(body, nameStart),
                first ? behindComma(body, end) : end,
                reading.noCache,
                reading.noStore,
                reading.ttl,
                reading.maxAge,
                reading.namespace);
    }

    private void members() {
        reader.beginObject();
        while (reader.nextMember()) {
            switch (reader.text()) {
                case "no-cache" -> noCache = Values.flag(reader, "cache.no-cache");
                case "no-store" -> noStore = Values.flag(reader, "cache.no-store");
                case "ttl" -> ttl = seconds("cache.ttl");
                case "s-maxage", "s-max-age" -> maxAge = seconds("cache.s-maxage");
                case "namespace" -> namespace = namespace();
                default -> reader.skipValue();
            }
        }
    }

    private static int commaBefore(byte[] body, int at) {
        int comma = at;
        while (body[comma] != ',') {
            comma--;
        }
        return comma;
    }

    private static int behindComma(byte[] body, int at) {
        int next = at;
        while (next < body.length && body[next] <= ' ') {
            next++;
        }
        return next < body.length && body[next] == ',' ? next + 1 : at;
    }

    private Optional<Long> seconds(String name) {
        byte kind = reader.peek();
        if (kind == 'n') {
            reader.readNull();
            return Optional.empty();
        }
        int at = reader.offset();
        if (Values.number(kind)) {
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

    private Optional<String> namespace() {
        return switch (reader.peek()) {
            case '"' -> Optional.of(reader.string());
            case 'n' -> {
                reader.readNull();
                yield Optional.empty();
            }
            default -> throw reader.fail("'cache.namespace' must be a string");
        };
    }
}
