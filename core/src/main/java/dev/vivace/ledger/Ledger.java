package dev.vivace.ledger;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One entry per call, and the only source of every figure.
 *
 * <p>{@link #record} is for event loops: it puts the entry into a bounded queue and returns. One
 * daemon thread looks into the queue about every 50 ms and hands each entry to the last entries in
 * memory, to the listeners, and in batches to the disk, if a directory was given. Nothing is woken
 * up per call. An entry that finds the queue full is not kept, but counted in {@link #dropped}.
 *
 * <p>Thread-safe.
 */
public final class Ledger implements AutoCloseable {
    /** How many entries {@link #latest} can give. */
    public static final int RECENT = 1_000;

    static final int QUEUE = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BATCH = 1_024;

    private final Recent recent = new Recent(RECENT);
    private final Seldom seldom = new Seldom(System::nanoTime);
    private final List<LedgerListener> listeners;
    private final Optional<LedgerFiles> files;
    private final EntryQueue queue;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition delivered = lock.newCondition();
    private volatile long flushes; // asked for; written under the lock
    private long flushed; // of those, done; guarded by the lock
    private volatile boolean closing;

    /** A ledger in memory only. */
    public Ledger(List<LedgerListener> listeners) {
        this(listeners, Optional.empty(), QUEUE);
    }

    /**
     * A ledger that is also kept on disk, and whose {@link #latest} begins with what earlier runs
     * left there.
     *
     * @param directory for files of at most 64 MB, 1 GB together, the oldest deleted; made if
     *     missing. If it cannot be written, calls go on and {@link #unwritten} counts.
     */
    public Ledger(List<LedgerListener> listeners, Path directory) {
        this(
                listeners,
                Optional.of(
                        new LedgerFiles(
                                directory,
                                LedgerFiles.FILE_BYTES,
                                LedgerFiles.TOTAL_BYTES,
                                Clock.systemUTC())),
                QUEUE);
    }

    Ledger(List<LedgerListener> listeners, Optional<LedgerFiles> files, int capacity) {
        this.listeners = List.copyOf(listeners);
        this.files = files;
        thread = Thread.ofPlatform().daemon().name("vivace-ledger").unstarted(this::run);
        queue = new EntryQueue(capacity, () -> LockSupport.unpark(thread));
        thread.start();
    }

    /**
     * Takes note of a call that has ended. Never blocks and does no I/O. Texts in it that are far
     * too long are cut.
     */
    public void record(LedgerEntry entry) {
        queue.offer(Clip.entry(entry));
    }

    /**
     * The last entries that were delivered, newest last.
     *
     * @param limit at least 0; more than {@link #RECENT} is as good as that
     */
    public List<LedgerEntry> latest(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be 0 or more, not " + limit);
        }
        return recent.latest(limit);
    }

    /** How many entries were lost because the queue was full, or the ledger closed. */
    public long dropped() {
        return queue.dropped();
    }

    /** How many entries did not reach the disk, at most; 0 where there is none. */
    public long unwritten() {
        return files.map(LedgerFiles::unwritten).orElse(0L);
    }

    /** Why entries do not reach the disk although they should; empty as long as they do. */
    public Optional<String> failure() {
        return files.flatMap(LedgerFiles::failure);
    }

    /**
     * Waits until every entry recorded before is delivered to memory, listeners and disk, for 10 s
     * at most. Must not be called by a listener.
     */
    public void flush() {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            long mine = flushes + 1;
            flushes = mine;
            LockSupport.unpark(thread);
            while (flushed < mine && left > 0) {
                left = delivered.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Delivers what was recorded, for 10 s at most, and ends; later entries count as dropped. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("The ledger still has {} entries that nobody takes", queue.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            files.ifPresent(f -> f.latest(recent.capacity()).forEach(recent::add));
            while (!closing) {
                long asked = flushes;
                deliver(queue.size());
                answer(asked);
                if (flushes == asked && !closing) {
                    LockSupport.parkNanos(this, POLL_NANOS);
                }
            }
        } finally {
            queue.close();
            while (queue.size() > 0) {
                deliver(queue.size());
                Thread.onSpinWait();
            }
            files.ifPresent(LedgerFiles::close);
            answer(Long.MAX_VALUE);
        }
    }

    /** Delivers so many entries, or fewer if there are no more. */
    private void deliver(int count) {
        var batch = new ArrayList<LedgerEntry>(Math.min(count, BATCH));
        for (int i = 0; i < count; i++) {
            Optional<LedgerEntry> next = queue.poll();
            if (next.isEmpty()) {
                break;
            }
            LedgerEntry entry = next.get();
            recent.add(entry);
            listeners.forEach(listener -> tell(listener, entry));
            batch.add(entry);
            if (batch.size() == BATCH) {
                write(batch);
            }
        }
        write(batch);
    }

    private void tell(LedgerListener listener, LedgerEntry entry) {
        try {
            listener.on(entry);
        } catch (RuntimeException e) {
            if (seldom.again()) {
                LOG.warn("A listener of the ledger failed on call {}", entry.id(), e);
            }
        }
    }

    private void write(List<LedgerEntry> batch) {
        files.ifPresent(f -> f.append(batch));
        batch.clear();
    }

    private void answer(long asked) {
        lock.lock();
        try {
            flushed = Math.max(flushed, asked);
            delivered.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
