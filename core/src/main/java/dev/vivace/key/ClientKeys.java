package dev.vivace.key;

import dev.vivace.replica.SharedRecords;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client keys: of a data directory, or of this process alone; with replicas, everybody's.
 *
 * <p>Whoever looks a key up reads an immutable snapshot. Every change, from wherever, is merged
 * into it: see {@link Merge}. A file that is lost or damaged while this runs changes nothing here,
 * and {@link #failure} says so.
 *
 * <p>Thread-safe. Looking up takes a hash of 46 characters; whatever changes a key waits for the
 * disk.
 */
public final class ClientKeys implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientKeys.class);
    private static final long POLL_MILLIS = 500;

    private record Snapshot(Map<String, VirtualKey> byId, Map<String, VirtualKey> byHash) {
        static Snapshot of(Map<String, VirtualKey> keys) {
            var byHash = new HashMap<String, VirtualKey>(2 * keys.size());
            keys.values().forEach(key -> byHash.put(key.hash(), key));
            return new Snapshot(new LinkedHashMap<>(keys), byHash);
        }
    }

    private final Optional<KeyFile> file;
    private final InstantSource clock;
    private final AtomicReference<@Nullable Map<String, byte[]>> heard = new AtomicReference<>();
    private volatile Snapshot now;
    private volatile Optional<String> failure = Optional.empty();
    private volatile @Nullable SharedRecords shared;

    /** Whether replicas were heard and understood, or there are none. */
    private volatile boolean heardAll = true;

    private Runnable whenHeard = () -> {};
    private boolean told;

    private @Nullable ScheduledExecutorService thread;
    private boolean unsaved;
    private boolean unread;
    private int unreadable;

    private ClientKeys(Optional<KeyFile> file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        this.now = Snapshot.of(file.map(KeyFile::begin).orElse(Map.of()));
    }

    /** Keys that end with this process. */
    public static ClientKeys inMemory() {
        return new ClientKeys(Optional.empty(), InstantSource.system());
    }

    /**
     * Those of a data directory, in its file {@code keys.json}; nothing is made there before there
     * is a key.
     *
     * @throws KeyFileException if the file is there and of no use, or was there and is lost
     */
    public static ClientKeys of(Path directory) {
        return of(directory, InstantSource.system());
    }

    static ClientKeys of(Path directory, InstantSource clock) {
        return new ClientKeys(Optional.of(new KeyFile(directory)), clock);
    }

    /** Whether a key needs to be shown: there is one, or was before it was revoked. */
    public boolean any() {
        return !now.byId.isEmpty();
    }

    /**
     * Whether it is known what keys there are. With replicas it is not until they were heard, or
     * while none of their keys can be read, unless there is a key here.
     */
    public boolean known() {
        return heardAll || any();
    }

    /** Whether a key needs to be shown, or it is not known yet. */
    public boolean closed() {
        return any() || !heardAll;
    }

    /** Whether there is a key that opens anything. */
    public boolean anyValid() {
        return now.byId.values().stream().anyMatch(key -> !key.revoked());
    }

    /** Whether they survive this process. */
    public boolean kept() {
        return file.isPresent();
    }

    /** All of them, revoked ones included, the oldest first. */
    public List<VirtualKey> list() {
        return List.copyOf(now.byId.values());
    }

    /** The key with this secret, also if it is revoked. */
    public Optional<VirtualKey> find(String secret) {
        return Secret.plausible(secret)
                ? Optional.ofNullable(now.byHash.get(Secret.hash(secret)))
                : Optional.empty();
    }

    /** Whether a text says of itself that it is a client key. */
    public static boolean isOurs(String secret) {
        return secret.startsWith(Secret.PREFIX);
    }

    /** Why the file is not what counts here; empty if all is well. */
    public Optional<String> failure() {
        return failure;
    }

    /**
     * Makes a key.
     *
     * @throws KeyFileException if it cannot be written; then there is none
     * @throws IllegalArgumentException if there are too many, revoked ones included
     */
    public synchronized NewKey create(KeyTerms terms) {
        NewKey made = NewKey.of(terms, clock.millis());
        change(known -> {
            if (known.size() >= Merge.MOST) {
                throw new IllegalArgumentException(
                        "there are " + Merge.MOST + " client keys already, revoked ones included");
            }
            var more = new LinkedHashMap<>(known);
            more.put(made.key().id(), made.key());
            return more;
        });
        return made;
    }

    /**
     * Revokes a key, for ever.
     *
     * @return the key; empty if there is none
     * @throws KeyFileException if that cannot be written; it is revoked in this process all the
     *     same, and is written as soon as it can be
     */
    public synchronized Optional<VirtualKey> revoke(String id) {
        long at = clock.millis();
        if (now.byId.containsKey(id)) {
            publish(adopt(revoked(now.byId, id, at)));
            unsaved = true;
        }
        change(known -> revoked(known, id, at));
        return Optional.ofNullable(now.byId.get(id));
    }

    private static Map<String, VirtualKey> revoked(
            Map<String, VirtualKey> keys, String id, long at) {
        var changed = new LinkedHashMap<>(keys);
        changed.computeIfPresent(id, (same, key) -> key.revoked() ? key : Merge.revoked(key, at));
        return changed;
    }

    /** From now on changes of the file by others count within a second. */
    public synchronized void watch() {
        thread().scheduleWithFixedDelay(
                        this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * From now on replicas' keys count here and ours there. To be called once.
     *
     * @param then runs when replicas were heard and understood for the first time; until then
     *     {@link #closed}
     */
    public synchronized void share(SharedRecords records, Runnable then) {
        heardAll = false;
        whenHeard = then;
        shared = records;
        ScheduledExecutorService own = thread();
        records.onChange(all -> {
            if (heard.getAndSet(all) == null) {
                own.execute(this::hear);
            }
        });
    }

    void share(SharedRecords records) {
        share(records, () -> {});
    }

    /** Looks whether the file was changed, or what could not be written now can be. */
    synchronized void poll() {
        if (file.isEmpty()) {
            return;
        }
        try {
            if (unsaved) {
                change(known -> known);
            } else if (unread || file.get().changed()) {
                boolean gone = file.get().exists();
                Map<String, VirtualKey> known = file.get().read();
                unread = false;
                publish(adopt(Merge.of(known, now.byId)));
                gone &= !file.get().exists();
                failed(
                        gone
                                ? Optional.of(
                                        file.get().path()
                                                + " is gone; the keys that were in it still count")
                                : Optional.empty());
            }
        } catch (KeyFileException e) {
            unread = true;
            failed(Optional.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("client keys cannot be looked after", e); // or nobody would ever again
        }
    }

    /** Takes over what replicas know, and tells them what they do not. */
    private synchronized void hear() {
        Map<String, byte[]> all = heard.getAndSet(null);
        SharedRecords records = shared;
        if (all == null || records == null) {
            return;
        }
        var theirs = new LinkedHashMap<String, VirtualKey>();
        int bad = 0;
        for (var each : all.entrySet()) {
            try {
                VirtualKey key = KeyJson.key(each.getValue());
                if (!key.id().equals(each.getKey())) {
                    throw new IllegalArgumentException("under another id");
                }
                theirs.put(key.id(), key);
            } catch (IllegalArgumentException e) {
                bad++;
            }
        }
        if (bad != unreadable) {
            unreadable = bad;
            LOG.warn("{} of {} shared records of client keys cannot be read", bad, all.size());
        }
        List<VirtualKey> changed = adopt(Merge.of(now.byId, theirs));
        // Where there are keys that nobody here can read, a newer release may have made them.
        heardAll = bad == 0 || any();
        if (heardAll && !told) {
            told = true;
            whenHeard.run();
        }
        for (VirtualKey ours : now.byId.values()) {
            VirtualKey known = theirs.get(ours.id());
            boolean missing = known == null && !all.containsKey(ours.id());
            if (missing || known != null && ours.revoked() && !known.revoked()) {
                records.put(ours.id(), KeyJson.record(ours));
            }
        }
        if (!changed.isEmpty() && file.isPresent()) {
            unsaved = true;
            poll();
        }
    }

    /** Changes the file and what is known here, together with what either knew alone. */
    private void change(UnaryOperator<Map<String, VirtualKey>> step) {
        Map<String, VirtualKey> here = now.byId;
        Map<String, VirtualKey> next =
                file.isPresent()
                        ? file.get().update(known -> step.apply(Merge.of(known, here)))
                        : step.apply(here);
        unsaved = false;
        failed(Optional.empty());
        publish(adopt(next));
    }

    /** Makes these what counts here, and says which are new or were revoked by it. */
    private List<VirtualKey> adopt(Map<String, VirtualKey> keys) {
        Map<String, VirtualKey> before = now.byId;
        if (keys.equals(before)) {
            return List.of();
        }
        now = Snapshot.of(keys);
        var changed = new ArrayList<VirtualKey>();
        for (VirtualKey key : keys.values()) {
            VirtualKey old = before.get(key.id());
            if (old == null || key.revoked() && !old.revoked()) {
                changed.add(key);
            }
        }
        return changed;
    }

    private void publish(List<VirtualKey> changed) {
        SharedRecords records = shared;
        if (records != null) {
            changed.forEach(key -> records.put(key.id(), KeyJson.record(key)));
        }
    }

    private void failed(Optional<String> why) {
        if (why.isPresent() && !why.equals(failure)) {
            LOG.error("client keys: {}", why.get());
        }
        failure = why;
    }

    private ScheduledExecutorService thread() {
        ScheduledExecutorService known = thread;
        if (known == null) {
            known =
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().name("vivace-keys").daemon().factory());
            thread = known;
        }
        return known;
    }

    /** Stops looking after the file. */
    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
