package dev.vivace.ledger;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON form of an entry, on disk and at {@code /admin/ledger}. Thread-safe. */
public final class LedgerJson {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, CacheStatus> STATUSES =
            Arrays.stream(CacheStatus.values())
                    .collect(Collectors.toMap(CacheStatus::header, Function.identity()));

    private LedgerJson() {}

    /** Writes one object. */
    public static void write(LedgerEntry e, JsonGenerator to) {
        to.writeStartObject();
        to.writeStringProperty("id", e.id());
        to.writeStringProperty("at", Instant.ofEpochMilli(e.at()).toString());
        to.writeStringProperty("tenant", e.tenant());
        to.writeStringProperty("key", e.key());
        to.writeStringProperty("door", e.door());
        to.writeStringProperty("model", e.model());
        to.writeStringProperty("cache", e.cache().header());
        to.writeNumberProperty("status", e.status());
        tokens(e.tokens(), to);
        to.writeNumberProperty("cost_usd", e.costUsd());
        to.writeNumberProperty("saved_usd", e.savedUsd());
        to.writeNumberProperty("overhead_us", e.overheadMicros());
        to.writeNumberProperty("upstream_us", e.upstreamMicros());
        to.writeNumberProperty("first_token_us", e.firstTokenMicros());
        to.writeNumberProperty("total_us", e.totalMicros());
        to.writeBooleanProperty("streamed", e.streamed());
        to.writeNumberProperty("attempts", e.attempts());
        stages(e.stages(), to);
        to.writeStringProperty("error", e.error());
        to.writeEndObject();
    }

    /**
     * Reads what {@link #write} wrote. A field that is not there has its zero value, so that files
     * of an older version can be read.
     *
     * @return empty if this is no entry: not a JSON object, or one without id, time or a known
     *     cache status
     */
    public static Optional<LedgerEntry> read(byte[] json) {
        try {
            return read(JSON.readTree(json));
        } catch (JacksonException | DateTimeException notAnEntry) {
            return Optional.empty();
        }
    }

    private static Optional<LedgerEntry> read(JsonNode e) {
        String id = e.path("id").asString("");
        CacheStatus cache = STATUSES.get(e.path("cache").asString(""));
        if (id.isEmpty() || cache == null) {
            return Optional.empty();
        }
        return Optional.of(
                new LedgerEntry(
                        id,
                        Instant.parse(e.path("at").asString("")).toEpochMilli(),
                        e.path("tenant").asString(""),
                        e.path("key").asString(""),
                        e.path("door").asString(""),
                        e.path("model").asString(""),
                        cache,
                        e.path("status").asInt(0),
                        tokens(e.path("tokens")),
                        new Money(e.path("cost_usd").asDouble(0), e.path("saved_usd").asDouble(0)),
                        new Times(
                                e.path("overhead_us").asLong(0),
                                e.path("upstream_us").asLong(0),
                                e.path("first_token_us").asLong(0),
                                e.path("total_us").asLong(0)),
                        e.path("streamed").asBoolean(false),
                        e.path("attempts").asInt(0),
                        stages(e.path("stages")),
                        e.path("error").asString("")));
    }

    private static void tokens(Tokens tokens, JsonGenerator to) {
        to.writeObjectPropertyStart("tokens");
        to.writeNumberProperty("fresh", tokens.fresh());
        to.writeNumberProperty("cached", tokens.cached());
        to.writeNumberProperty("output", tokens.output());
        to.writeNumberProperty("saved", tokens.saved());
        to.writeBooleanProperty("estimated", tokens.estimated());
        to.writeEndObject();
    }

    private static Tokens tokens(JsonNode tokens) {
        return new Tokens(
                tokens.path("fresh").asLong(0),
                tokens.path("cached").asLong(0),
                tokens.path("output").asLong(0),
                tokens.path("saved").asLong(0),
                tokens.path("estimated").asBoolean(false));
    }

    private static void stages(List<StageNote> stages, JsonGenerator to) {
        to.writeArrayPropertyStart("stages");
        for (StageNote note : stages) {
            to.writeStartObject();
            to.writeStringProperty("stage", note.stage());
            to.writeStringProperty("outcome", note.outcome());
            to.writeEndObject();
        }
        to.writeEndArray();
    }

    private static List<StageNote> stages(JsonNode stages) {
        var notes = new ArrayList<StageNote>(stages.size());
        for (JsonNode note : stages) {
            notes.add(
                    StageNote.of(
                            note.path("stage").asString(""), note.path("outcome").asString("")));
        }
        return List.copyOf(notes);
    }
}
