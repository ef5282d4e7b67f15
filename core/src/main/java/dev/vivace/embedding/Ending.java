package dev.vivace.embedding;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Unpacked;
import dev.vivace.json.JsonException;
import dev.vivace.line.Settlement;
import java.util.Optional;

/** How an upstream call ended. */
sealed interface Ending {
    /** With vectors. */
    record Answered(Head head, byte[] body, VectorAnswer vectors) implements Ending {}

    /** With something else that the upstream said. */
    record Said(Head head, byte[] body) implements Ending {
        /** Whether another input might fare better. */
        boolean blamesInput() {
            return head.status() == 400 || head.status() == 413 || head.status() == 422;
        }
    }

    /**
     * Without an answer that is of use.
     *
     * @param status what callers get
     * @param bought whether the upstream had said yes, and so will want to be paid
     */
    record Broke(int status, String message, boolean bought) implements Ending {}

    /**
     * Reads how it ended, when it has.
     *
     * @param body of the answer, if it is whole
     * @param inputs that were sent
     * @param maxBytes that the answer may unpack to
     */
    static Ending of(AnswerLog log, Optional<byte[]> body, int inputs, long maxBytes) {
        Head head = log.head().orElse(null);
        if (log.state() == AnswerLog.State.FAILED || head == null) {
            Failure failure =
                    log.failure()
                            .orElse(
                                    new Failure(
                                            Failure.Kind.BROKEN,
                                            "The upstream's answer broke off."));
            return new Broke(Settlement.status(failure), failure.message(), granted(log));
        }
        byte[] raw = body.orElse(new byte[0]);
        if (!granted(log)) {
            return new Said(head, raw);
        }
        Optional<byte[]> plain = Unpacked.of(head, raw, maxBytes);
        if (plain.isEmpty()) {
            return new Broke(
                    502,
                    "The upstream's embeddings cannot be unpacked, or unpack to more than "
                            + maxBytes
                            + " bytes.",
                    true);
        }
        try {
            return new Answered(head, raw, VectorAnswer.read(plain.get(), inputs));
        } catch (JsonException e) {
            return new Broke(
                    502, "The upstream's embeddings cannot be read: " + e.getMessage(), true);
        }
    }

    /** Whether the upstream has said yes. */
    static boolean granted(AnswerLog log) {
        return log.head().map(head -> head.status() == 200).orElse(false);
    }
}
