package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.StageNote;
import dev.vivace.limit.ByteBudget;
import dev.vivace.request.RequestScan;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Makes the flights of model calls, each of which is settled when it lands. Thread-safe. */
final class Flights {
    private static final StageNote LED = StageNote.of("join", "led");
    private static final Map<CacheStatus, StageNote> LOOKED = looked();

    private final InFlight inFlight;
    private final Settlement settlement;
    private final ByteBudget room;

    /**
     * @param inFlight forgets them when they land
     * @param room for what answers keep beyond their first 64 kB
     */
    Flights(InFlight inFlight, Settlement settlement, ByteBudget room) {
        this.inFlight = inFlight;
        this.settlement = settlement;
        this.room = room;
    }

    /** What the exact cache did, once and not for each call. */
    private static Map<CacheStatus, StageNote> looked() {
        var notes = new EnumMap<CacheStatus, StageNote>(CacheStatus.class);
        for (CacheStatus status : CacheStatus.values()) {
            notes.put(status, StageNote.of("exact-cache", status.name().toLowerCase(Locale.ROOT)));
        }
        return notes;
    }

    /**
     * Makes one, whose log nobody reads yet.
     *
     * @param call that it is of, as it is known by now
     * @param storing how its answer is stored; empty if it is neither stored nor shared
     */
    Flight make(
            ModelCall asked,
            Call call,
            RequestScan scan,
            Route route,
            Optional<Storing> storing,
            CacheStatus status) {
        var request =
                new UpstreamRequest(
                        route,
                        "POST",
                        asked.path(),
                        asked.headers(),
                        asked.body(),
                        UpstreamRequest.Kind.MODEL,
                        target -> Splice.forUpstream(scan, target.model()));
        var flight =
                new Flight(
                        call,
                        request,
                        Optional.of(asked.protocol().form()),
                        new AnswerLog(Settlement.keepBytes(storing.isPresent()), room),
                        status,
                        !scan.stream() || scan.wantsUsage(),
                        storing);
        flight.note(Objects.requireNonNull(LOOKED.get(status)));
        if (status == CacheStatus.MISS) {
            flight.note(LED);
        }
        flight.log()
                .onEnd(log -> {
                    try {
                        settlement.settle(flight, asked.protocol().form());
                    } finally {
                        call.grant().release();
                        storing.ifPresent(known -> inFlight.landed(known.key(), flight));
                    }
                });
        return flight;
    }
}
