package dev.vivace.answer;

import dev.vivace.limit.ByteBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it comes and after: a head and an append-only log of chunks, with one writer and
 * any number of readers, each at its own place.
 *
 * <p>Joining a call in flight is a second reader on a live log; a hit is a reader on a finished
 * one. A reader that closes before the end is a reader less, and a log that loses its last one
 * before the end is abandoned: its writer is told, once, so that it can cancel down to the socket.
 *
 * <p><b>Memory.</b> A log is either <i>kept</i>, from its first byte, for those who may still join
 * and for the cache, or it forgets what all its readers have read. A kept log that outgrows its
 * bound stops being kept. The writer is held back ({@link #full}) while even the fastest reader has
 * {@link #WINDOW} bytes unread, so that a stream of any length flows through one reader in constant
 * memory; and while the slowest is {@link #LAG} behind, so that one slow reader among several costs
 * a bounded amount. What a log retains beyond its first 64 kB it takes from a budget for all. It
 * never waits for room: where there is none it is no longer kept, and its writer is held back while
 * anything is unread.
 *
 * <p><b>Threads.</b> Everything may be called from any thread. The log's own monitor guards its
 * state; it is never held while foreign code runs. Readers are woken by the writer's thread and
 * must return at once.
 */
public final class AnswerLog {
    /** Bytes that the fastest reader may leave unread before the writer is held back. */
    public static final long WINDOW = 256 << 10;

    /** Bytes that the slowest reader may be behind before the writer is held back. */
    public static final long LAG = 32 << 20;

    private static final ByteBudget UNBOUNDED = new ByteBudget(Long.MAX_VALUE);

    private static final int TAIL = 16 << 10;

    /** How a log stands. */
    public enum State {
        OPEN,
        COMPLETE,
        FAILED
    }

    private final long maxKept;
    private final Account account;
    private final List<Reader> readers = new ArrayList<>(1);
    private final Chunks chunks = new Chunks();
    private boolean kept;
    private boolean crowded;
    private boolean abandoned;
    private boolean over;
    private boolean held;
    private State state = State.OPEN;
    private State ending = State.OPEN;
    private @Nullable Head head;
    private @Nullable Failure failure;
    private Runnable onDrain = () -> {};
    private Runnable onAbandoned = () -> {};
    private Consumer<AnswerLog> onEnd = log -> {};

    /**
     * @param maxKept how many bytes it keeps for others; 0 keeps nothing
     */
    public AnswerLog(long maxKept) {
        this(maxKept, UNBOUNDED);
    }

    /**
     * @param maxKept how many bytes it keeps for others; 0 keeps nothing
     * @param room what it shares with all others
     */
    public AnswerLog(long maxKept, ByteBudget room) {
        this.maxKept = maxKept;
        this.account = new Account(room);
        this.kept = maxKept > 0;
    }

    // For whoever starts the call.

    /**
     * Says what happens at the end, good or bad, abandonment included; once, on the thread that
     * ends the log, before any reader sees the end. Must be set before the writer starts.
     */
    public void onEnd(Consumer<AnswerLog> handler) {
        onEnd = handler;
    }

    /**
     * A new reader from the first byte, or nothing if that byte is forgotten or nobody writes any
     * more.
     */
    public synchronized Optional<Reader> read(Runnable wake) {
        if (!chunks.whole() || abandoned) {
            return Optional.empty();
        }
        var reader = new Reader(wake);
        readers.add(reader);
        return Optional.of(reader);
    }

    // For the writer.

    /** Says what to do when the log is no longer {@link #full}. */
    public void onDrain(Runnable handler) {
        onDrain = handler;
    }

    /** Says what to do when the last reader has left before the end. */
    public void onAbandoned(Runnable handler) {
        boolean late;
        synchronized (this) {
            onAbandoned = handler;
            late = abandoned;
        }
        if (late) {
            handler.run();
        }
    }

    /** Writes the head; once, before any chunk. */
    public void head(Head value) {
        synchronized (this) {
            head = value;
        }
        wakeAll();
    }

    /** Appends a chunk, which the log then owns. */
    public void append(byte[] chunk) {
        long surplus;
        synchronized (this) {
            if (ending != State.OPEN || abandoned) {
                return;
            }
            chunks.add(chunk);
            if (kept && chunks.written() > maxKept) {
                kept = false;
            }
            forget();
            if (!account.cover(chunks.retained())) {
                crowded = true;
                kept = false;
                forget();
            }
            surplus = account.surplus(chunks.retained());
        }
        account.back(surplus);
        wakeAll();
    }

    /** Whether the writer should pause; {@link #onDrain} then tells when to go on. */
    public synchronized boolean full() {
        held = overfull();
        return held;
    }

    /** Ends the log: the answer is whole. */
    public void complete() {
        end(State.COMPLETE, null);
    }

    /** Ends the log: there is no answer, or no more of it. */
    public void fail(Failure why) {
        end(State.FAILED, why);
    }

    private void end(State last, @Nullable Failure why) {
        synchronized (this) {
            if (ending != State.OPEN || abandoned) {
                return;
            }
            failure = why;
            ending = last;
        }
        // Settled before anybody sees the end, so that whoever saw it finds the answer in the
        // cache.
        try {
            onEnd.accept(this);
        } finally {
            long surplus;
            synchronized (this) {
                state = last;
                surplus = close();
            }
            account.back(surplus);
            wakeAll();
        }
    }

    /** Nothing is written or settled any more: only what is unread is kept. */
    private long close() {
        over = true;
        kept = false;
        forget();
        return account.surplus(chunks.retained());
    }

    // For the settlement, while the log ends.

    /**
     * How it ends; for {@link #onEnd}, which runs before {@link #state} says so. Open if it was
     * abandoned.
     */
    public synchronized State ending() {
        return ending;
    }

    public synchronized State state() {
        return state;
    }

    public synchronized Optional<Head> head() {
        return Optional.ofNullable(head);
    }

    public synchronized Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    /** Bytes of the body that were written so far. */
    public synchronized long written() {
        return chunks.written();
    }

    /** Bytes of the body that are still held. */
    synchronized long retained() {
        return chunks.retained();
    }

    /**
     * Whether there was no room for it at some time, so that its writer may wait for all to be
     * read, and its beginning may be forgotten.
     */
    public synchronized boolean crowded() {
        return crowded;
    }

    /** Chunks that were written so far. */
    public synchronized long chunksWritten() {
        return chunks.count();
    }

    /** The whole body so far, if none of it is forgotten. */
    public synchronized Optional<byte[]> body() {
        return chunks.whole() ? Optional.of(chunks.all()) : Optional.empty();
    }

    /**
     * The last bytes of the body: at least what usage needs, at most a few dozen kilobytes unless a
     * chunk is larger.
     */
    public synchronized byte[] tail() {
        return chunks.tail(TAIL);
    }

    private void wakeAll() {
        Reader only = null;
        List<Reader> all = List.of();
        synchronized (this) {
            if (readers.size() == 1) {
                only = readers.getFirst();
            } else {
                all = List.copyOf(readers);
            }
        }
        if (only != null) {
            only.wake.run();
        }
        for (Reader reader : all) {
            reader.wake.run();
        }
    }

    /** Drops what every reader has read, but for a tail in which usage may stand. */
    private void forget() {
        if (!kept) {
            chunks.drop(slowest(), over ? 0 : TAIL);
        }
    }

    private boolean overfull() {
        if (state != State.OPEN || readers.isEmpty()) {
            return false;
        }
        long written = chunks.written();
        long fastest = 0;
        for (Reader reader : readers) {
            fastest = Math.max(fastest, reader.gathers ? written : reader.place.bytes());
        }
        long slowest = slowest();
        return written - fastest > WINDOW
                || written - slowest > LAG
                || (slowest < written && !account.covers(chunks.retained()));
    }

    private long slowest() {
        long least = chunks.written();
        for (Reader reader : readers) {
            least = Math.min(least, reader.place.bytes());
        }
        return least;
    }

    /** One who reads. Every reader is used by one thread at a time and must be closed. */
    public final class Reader implements AutoCloseable {
        private final Runnable wake;
        private final Chunks.Place place = new Chunks.Place();
        private boolean gathers;
        private boolean more;
        private boolean closed;

        private Reader(Runnable wake) {
            this.wake = wake;
        }

        /** The log that it reads. */
        public AnswerLog log() {
            return AnswerLog.this;
        }

        /**
         * From here on it takes nothing before the end, and then all: the writer need not wait for
         * it, up to {@link #LAG}. Where there is no room for so much, {@link #crowded}.
         */
        public void gather() {
            boolean drained;
            synchronized (AnswerLog.this) {
                gathers = true;
                drained = held && !overfull();
                held &= !drained;
            }
            if (drained) {
                onDrain.run();
            }
        }

        /** Everything that is new, as one array; null if there is nothing. */
        public byte @Nullable [] next() {
            return next(Long.MAX_VALUE);
        }

        /**
         * What is new, as one array, but not more than so many bytes at a time unless a chunk is
         * longer; null if there is nothing.
         */
        public byte @Nullable [] next(long most) {
            byte[] result;
            boolean drained;
            long surplus;
            synchronized (AnswerLog.this) {
                result = closed ? null : chunks.next(place, most);
                if (result == null) {
                    return null;
                }
                more = place.bytes() < chunks.written();
                forget();
                surplus = account.surplus(chunks.retained());
                drained = held && !overfull();
                held &= !drained;
            }
            account.back(surplus);
            if (drained) {
                onDrain.run();
            }
            return result;
        }

        /** Whether the last {@link #next} that gave something left something behind. */
        public boolean more() {
            return more;
        }

        /** Leaves. The last one to leave before the end abandons the log. */
        @Override
        public void close() {
            boolean last;
            boolean drained;
            long surplus;
            Runnable cancel;
            synchronized (AnswerLog.this) {
                if (closed) {
                    return;
                }
                closed = true;
                readers.remove(this);
                last = readers.isEmpty() && state == State.OPEN && ending == State.OPEN;
                abandoned |= last;
                // As it is now: one that is set from here on finds the log abandoned, and runs.
                cancel = onAbandoned;
                forget();
                surplus = account.surplus(chunks.retained());
                drained = !last && held && !overfull();
                held &= !drained;
            }
            account.back(surplus);
            if (drained) {
                onDrain.run();
            }
            if (last) {
                try {
                    onEnd.accept(AnswerLog.this);
                } finally {
                    synchronized (AnswerLog.this) {
                        surplus = AnswerLog.this.close();
                    }
                    account.back(surplus);
                    cancel.run();
                }
            }
        }
    }

    /** Whether its last reader left before the end. */
    public synchronized boolean abandoned() {
        return abandoned;
    }

    @Override
    public synchronized String toString() {
        return "AnswerLog["
                + state
                + ", "
                + chunks
                + ", "
                + readers.size()
                + " readers"
                + (head == null ? "" : ", " + head.status())
                + "]";
    }
}
