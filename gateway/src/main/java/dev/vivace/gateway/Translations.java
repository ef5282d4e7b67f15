package dev.vivace.gateway;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.Examination;
import dev.vivace.answer.Head;
import dev.vivace.answer.Protocol;
import dev.vivace.answer.Unpacked;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a caller who joined another's call gets, where the two asked for different forms of the same
 * answer.
 */
final class Translations {
    private static final long MAX = 64 << 20;

    /** Most that is held of an event that has come in part; a chat's events are far shorter. */
    private static final int MAX_PARTIAL = 1 << 20;

    private Translations() {}

    /** For a caller who asked for an object or a stream, with or without usage. */
    static Follower.Translation of(Protocol protocol, boolean stream, boolean wantsUsage) {
        // Only a chat leaves it to the caller whether its stream ends with usage.
        return new Joining(protocol.form(), stream, wantsUsage || protocol != Protocol.CHAT);
    }

    private static final class Joining implements Follower.Translation {
        private final AnswerForm form;
        private final boolean stream;
        private final boolean wantsUsage;
        private byte[] partial = new byte[0];

        private Joining(AnswerForm form, boolean stream, boolean wantsUsage) {
            this.form = form;
            this.stream = stream;
            this.wantsUsage = wantsUsage;
        }

        @Override
        public boolean needsWhole(Head head) {
            return changes(head);
        }

        private boolean changes(Head head) {
            return head.status() == 200
                    && (head.streamed() != stream || head.header("content-encoding").isPresent());
        }

        @Override
        public byte @Nullable [] translate(Head head, byte[] bytes, boolean last) {
            if (!changes(head)) {
                return head.status() == 200 && stream && !wantsUsage
                        ? withoutUsage(bytes, last)
                        : bytes;
            }
            byte[] plain = Unpacked.of(head, bytes, MAX).orElse(bytes);
            if (head.streamed() == stream) {
                return plain;
            }
            if (form.examine(plain, head.streamed()) instanceof Examination.Unfit unfit
                    && !convertible(unfit)) {
                return null;
            }
            return stream ? form.toStream(plain, wantsUsage) : form.toObject(plain);
        }

        /** An answer that was cut short or filtered is still an answer; it is only not stored. */
        private static boolean convertible(Examination.Unfit unfit) {
            return switch (unfit.reason()) {
                case Examination.Unfit.TRUNCATED,
                        Examination.Unfit.FILTERED,
                        Examination.Unfit.REFUSED ->
                        true;
                default -> false;
            };
        }

        /** Whole events only: one that has come in part waits for its end. */
        private byte @Nullable [] withoutUsage(byte[] bytes, boolean last) {
            byte[] all = partial.length == 0 ? bytes : concat(partial, bytes);
            int end = last ? all.length : endOfLastEvent(all);
            if (all.length - end > MAX_PARTIAL) {
                return null;
            }
            partial = Arrays.copyOfRange(all, end, all.length);
            return end == 0 ? new byte[0] : form.stream(Arrays.copyOf(all, end), false);
        }

        private static int endOfLastEvent(byte[] bytes) {
            for (int i = bytes.length - 1; i > 0; i--) {
                if (bytes[i] == '\n'
                        && (bytes[i - 1] == '\n'
                                || i > 2 && bytes[i - 1] == '\r' && bytes[i - 2] == '\n')) {
                    return i + 1;
                }
            }
            return 0;
        }

        private static byte[] concat(byte[] a, byte[] b) {
            byte[] both = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, both, a.length, b.length);
            return both;
        }

        @Override
        public @Nullable String contentType(Head head) {
            if (!changes(head)) {
                return null;
            }
            return stream ? "text/event-stream" : "application/json";
        }
    }
}
