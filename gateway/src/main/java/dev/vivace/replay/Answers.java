package dev.vivace.replay;

import dev.vivace.replay.Outcome.Answered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** What one side answered to each call, as digests. Thread-safe. */
final class Answers {
    private final AtomicReferenceArray<String> contents;
    private final AtomicInteger asRecorded = new AtomicInteger();

    Answers(int calls) {
        contents = new AtomicReferenceArray<>(calls);
    }

    void put(Call call, Answered answer) {
        contents.set(call.number(), answer.content());
        if (answer.message().isPresent() && answer.message().equals(call.recorded())) {
            asRecorded.incrementAndGet();
        }
    }

    /** How many said what the recording says. */
    int asRecorded() {
        return asRecorded.get();
    }

    /** The numbers of the calls that both sides answered, and differently. */
    List<Integer> differing(Answers other) {
        var differing = new ArrayList<Integer>();
        for (var i = 0; i < contents.length(); i++) {
            if (contents.get(i) != null
                    && other.contents.get(i) != null
                    && !contents.get(i).equals(other.contents.get(i))) {
                differing.add(i);
            }
        }
        return differing;
    }

    /** How many calls both sides answered, and equally. */
    int equal(Answers other) {
        var equal = 0;
        for (var i = 0; i < contents.length(); i++) {
            if (contents.get(i) != null && contents.get(i).equals(other.contents.get(i))) {
                equal++;
            }
        }
        return equal;
    }
}
