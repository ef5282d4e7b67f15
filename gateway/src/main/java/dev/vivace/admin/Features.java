package dev.vivace.admin;

import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerListener;
import dev.vivace.ledger.StageNote;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/**
 * Whether each feature that is on has run, how often, and what it saved: computed from what the
 * stages noted in ledger entries since the start.
 *
 * <p>A feature ran in a call if its stage did the feature's work there, and not if it only looked
 * on: {@code join} ran where somebody shared a call, not where a call was there to be shared. A
 * call's saving belongs to the first of its stages that can save.
 *
 * <p>Thread-safe.
 */
public final class Features implements LedgerListener {
    public static final String EXACT_CACHE = "exact-cache";
    public static final String JOIN = "join";
    public static final String EMBEDDING_BATCH = "embedding-batch";
    public static final String EMBEDDING_CACHE = "embedding-cache";

    /** Calls for which no connection had to be opened. */
    public static final String CONNECTION_REUSE = "connection-reuse";

    /** A stale pooled connection was replaced without the client noticing. */
    public static final String STALE_RETRY = "stale-retry";

    /** A call that failed was sent to the same upstream again. */
    public static final String RETRY = "retry";

    /** A call went on to another upstream. */
    public static final String FALLBACK = "fallback";

    /** A second attempt began beside a late one. */
    public static final String HEDGE = "hedge";

    /** A call met an upstream that is left alone. */
    public static final String BREAKER = "breaker";

    /** A call waited for a place, or found none. */
    public static final String CONCURRENCY = "concurrency";

    /** A call was held against a limit on requests or tokens. */
    public static final String RATE_LIMITS = "rate-limits";

    /** A call was held against a budget. */
    public static final String BUDGETS = "budgets";

    /** A call came with a valid client key. */
    public static final String CLIENT_KEYS = "client-keys";

    /** A call looked in the cache level that replicas share. */
    public static final String SECOND_LEVEL = "second-level";

    /** A call was held against a limit or a budget together with those of other replicas. */
    public static final String SHARED_LIMITS = "shared-limits";

    private static final int OUTCOMES = 20;
    private static final Set<String> ANY = Set.of();
    private static final String CLIENT_KEY = "client-key";

    /**
     * @param ran outcomes of the stage that are the feature's work; {@link #ANY}: all of them
     * @param saves whether such a call's saving is the feature's
     */
    private record Feature(String name, String stage, Set<String> ran, boolean saves) {
        boolean ran(StageNote note) {
            return ran.isEmpty() || ran.contains(note.outcome());
        }
    }

    /** What waits for trouble: that it never ran is good news, not a setting in vain. */
    private static final Set<String> STAND_BY =
            Set.of(STALE_RETRY, RETRY, FALLBACK, HEDGE, BREAKER, CONCURRENCY);

    private static final List<Feature> ALL =
            List.of(
                    new Feature(EXACT_CACHE, "exact-cache", Set.of("hit", "miss", "stored"), true),
                    new Feature(JOIN, "join", Set.of("joined"), true),
                    new Feature(
                            EMBEDDING_CACHE,
                            "embedding-cache",
                            Set.of("hit", "partial", "miss"),
                            true),
                    new Feature(EMBEDDING_BATCH, "batch", Set.of("gathered"), true),
                    new Feature(CONNECTION_REUSE, "connection", Set.of("reused"), false),
                    new Feature(STALE_RETRY, "connection", Set.of("stale"), false),
                    new Feature(RETRY, "retry", ANY, false),
                    new Feature(FALLBACK, "fallback", ANY, false),
                    new Feature(HEDGE, "hedge", Set.of("sent"), false),
                    new Feature(BREAKER, "breaker", ANY, false),
                    new Feature(CONCURRENCY, "queue", ANY, false),
                    new Feature(RATE_LIMITS, "rate-limit", ANY, false),
                    new Feature(BUDGETS, "budget", ANY, false),
                    new Feature(SECOND_LEVEL, "second-level", ANY, true),
                    new Feature(SHARED_LIMITS, "shared-limits", ANY, false),
                    new Feature(CLIENT_KEYS, CLIENT_KEY, ANY, false));

    /** Outcomes without which a call cannot have saved anything by its stage. */
    private static final Set<String> NOTHING_SAVED = Set.of("miss", "stored");

    private static final class Tally {
        private long ran;
        private long lastEntry;
        private double savedUsd;
        private long savedTokens;
        private final Map<String, long[]> outcomes = new TreeMap<>();

        void note(String outcome) {
            long[] count = outcomes.get(outcome);
            if (count != null) {
                count[0]++;
            } else if (outcomes.size() < OUTCOMES) {
                outcomes.put(outcome, new long[] {1});
            }
        }

        /** Counts an entry once, however many of its notes say so. */
        void ran(long entry) {
            if (entry != lastEntry) {
                lastEntry = entry;
                ran++;
            }
        }
    }

    private final Supplier<Set<String>> on;
    private final Map<Feature, Tally> tallies = new LinkedHashMap<>();
    private final Map<String, List<Map.Entry<Feature, Tally>>> byStage;
    private long entries;

    /**
     * @param on the features that are switched on, by the names above
     * @throws IllegalArgumentException if one of them is no feature
     */
    public Features(Set<String> on) {
        this(() -> on);
        Set<String> names = ALL.stream().map(Feature::name).collect(Collectors.toSet());
        for (String name : on) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("no feature is called " + name);
            }
        }
    }

    /**
     * @param on as above, asked whenever somebody looks: a key or another configuration may switch
     *     one on
     */
    public Features(Supplier<Set<String>> on) {
        this.on = on;
        ALL.forEach(feature -> tallies.put(feature, new Tally()));
        this.byStage =
                tallies.entrySet().stream()
                        .collect(Collectors.groupingBy(each -> each.getKey().stage()));
    }

    @Override
    public synchronized void on(LedgerEntry e) {
        entries++;
        for (StageNote note : e.stages()) {
            for (Map.Entry<Feature, Tally> each : of(note.stage())) {
                each.getValue().note(note.outcome());
                if (each.getKey().ran(note)) {
                    each.getValue().ran(entries);
                }
            }
        }
        if (!e.key().isEmpty()) {
            // No note says that: whose key it was is in every entry.
            of(CLIENT_KEY).forEach(each -> each.getValue().ran(entries));
        }
        boolean savedSomething = e.savedUsd() > 0 || e.tokens().saved() > 0;
        for (int i = 0; savedSomething && i < e.stages().size(); i++) {
            savedSomething = !credit(e.stages().get(i), e);
        }
    }

    private List<Map.Entry<Feature, Tally>> of(String stage) {
        return byStage.getOrDefault(stage, List.of());
    }

    private boolean credit(StageNote note, LedgerEntry e) {
        for (Map.Entry<Feature, Tally> each : of(note.stage())) {
            Feature feature = each.getKey();
            if (feature.saves() && feature.ran(note) && !NOTHING_SAVED.contains(note.outcome())) {
                each.getValue().savedUsd += Money.orNothing(e.savedUsd());
                each.getValue().savedTokens += e.tokens().saved();
                return true;
            }
        }
        return false;
    }

    /** One object with all features. */
    void write(JsonGenerator to) {
        write(on.get(), to);
    }

    private synchronized void write(Set<String> switchedOn, JsonGenerator to) {
        to.writeStartObject();
        to.writeArrayPropertyStart("features");
        tallies.forEach((feature, tally) -> {
            boolean isOn = switchedOn.contains(feature.name());
            to.writeStartObject();
            to.writeStringProperty("name", feature.name());
            to.writeBooleanProperty("on", isOn);
            to.writeNumberProperty("ran", tally.ran);
            to.writeNumberProperty("saved_usd", tally.savedUsd);
            to.writeNumberProperty("saved_tokens", tally.savedTokens);
            to.writeStringProperty("note", note(feature.name(), isOn, tally));
            to.writeBooleanProperty("stands_by", STAND_BY.contains(feature.name()));
            to.writeEndObject();
        });
        to.writeEndArray();
        to.writeEndObject();
    }

    private static String note(String name, boolean isOn, Tally tally) {
        String outcomes =
                tally.outcomes.entrySet().stream()
                        .map(o -> o.getKey() + " " + o.getValue()[0])
                        .collect(Collectors.joining(", "));
        if (!isOn || tally.ran > 0) {
            return outcomes;
        }
        return outcomes.isEmpty()
                ? STAND_BY.contains(name) ? "" : "on, and no call came to it yet"
                : "on, and did nothing yet: " + outcomes;
    }
}
