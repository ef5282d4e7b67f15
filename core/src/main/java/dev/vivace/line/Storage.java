package dev.vivace.line;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Examination;
import dev.vivace.answer.Head;
import dev.vivace.answer.Unpacked;
import dev.vivace.answer.Usage;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.SecondLevel;
import dev.vivace.ledger.StageNote;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Examines answers that came whole, and stores those that are worth it. Thread-safe. */
final class Storage {
    private final ExactCache cache;
    private final Duration ttl;
    private final InFlight inFlight;
    private final Costs costs;
    private final InstantSource clock;
    private final Optional<SecondLevel> second;

    Storage(
            ExactCache cache,
            Duration ttl,
            InFlight inFlight,
            Costs costs,
            InstantSource clock,
            Optional<SecondLevel> second) {
        this.cache = cache;
        this.ttl = ttl;
        this.inFlight = inFlight;
        this.costs = costs;
        this.clock = clock;
        this.second = second;
    }

    /** Stores a flight's answer, or notes why not; the usage that it reports. */
    Optional<Usage> take(Flight flight, Storing as, Head head, AnswerForm form) {
        AnswerLog log = flight.log();
        Optional<byte[]> body =
                log.written() > cache.maxAnswerBytes()
                        ? Optional.empty()
                        : log.body()
                                .flatMap(bytes -> Unpacked.of(head, bytes, cache.maxAnswerBytes()));
        if (body.isEmpty()) {
            flight.note(StageNote.of("store", log.crowded() ? "no-room" : "too-large"));
            return form.usageIn(log.tail());
        }
        Examination found = form.examine(body.get(), head.streamed());
        flight.note(
                StageNote.of(
                        "store",
                        switch (found) {
                            case Examination.Whole whole ->
                                    store(flight, as, head.streamed(), body.get(), whole);
                            case Examination.Unfit unfit -> unfit.reason();
                        }));
        return found.usage();
    }

    private String store(
            Flight flight, Storing as, boolean stream, byte[] body, Examination.Whole whole) {
        if (!flight.target().model().equals(as.model())) {
            return "other-model"; // an answer of the one that filled in is not the first one's
        }
        if (!inFlight.leads(as.key(), flight)) {
            return "superseded";
        }
        Optional<byte[]> bytes = Optional.of(body);
        CachedAnswer entry =
                as.entry(
                        clock.millis(),
                        ttl,
                        whole.usage(),
                        whole.usage().map(used -> costs.of(as.model(), used)).orElse(0.0),
                        stream ? Optional.empty() : bytes,
                        stream ? bytes : Optional.empty());
        if (!cache.store(as.key(), entry, flight.call().arrived())) {
            return "invalidated";
        }
        second.ifPresent(level -> level.put(as.key(), entry));
        return "stored";
    }
}
