package dev.vivace.line;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Head;
import dev.vivace.answer.Unpacked;
import dev.vivace.ledger.Tokens;
import java.util.Optional;

/** The tokens of a call whose upstream does not say, guessed from sizes. */
final class TokenGuess {
    private static final int BYTES_PER_TOKEN = 4;

    private TokenGuess() {}

    /** Four bytes a token; of a stream, whose framing is most of it, one token an event. */
    static Tokens of(Flight flight, AnswerForm form) {
        AnswerLog log = flight.log();
        long output =
                log.head()
                        .filter(Head::streamed)
                        .map(head -> pieces(log, head, form))
                        .orElseGet(() -> log.written() / BYTES_PER_TOKEN);
        return new Tokens(flight.request().body().length / BYTES_PER_TOKEN, 0, output, 0, true);
    }

    private static long pieces(AnswerLog log, Head head, AnswerForm form) {
        Optional<byte[]> whole = log.body();
        if (whole.isEmpty()) {
            byte[] tail = log.tail();
            // Of one that is packed the tail alone is not legible; nor is there always one.
            return tail.length == 0 || head.header("content-encoding").isPresent()
                    ? log.chunksWritten()
                    : form.pieces(tail) * log.written() / tail.length;
        }
        return Unpacked.of(head, whole.get(), Settlement.KEEP_TO_SHARE)
                .map(form::pieces)
                .orElseGet(log::chunksWritten);
    }
}
