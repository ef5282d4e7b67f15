package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.limit.ByteBudget;
import dev.vivace.request.RequestScan;
import java.util.Locale;
import java.util.Optional;

/** Makes the flights of model calls, each of which is settled when it lands. Thread-safe. */
final class Flights {
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
        flight.note("exact-cache", status.name().toLowerCase(Locale.ROOT));
        if (status == CacheStatus.MISS) {
            flight.note("join", "led");
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
