package dev.vivace.mcp;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The sessions of all clients. One that nobody used for half an hour ends when the next begins;
 * when there is no room, that which was not used for the longest time and in which nothing goes on:
 * of its owner's, if they are too many. Thread-safe.
 */
final class Sessions {
    static final int MOST = 10_000;

    /** So that one client does not end those of all others. */
    static final int MOST_OF_ONE = MOST / 10;

    static final Duration MAX_IDLE = Duration.ofMinutes(30);

    private static final int ID_BYTES = 24;

    private static final class Entry {
        private final Session session;
        private long usedAt;

        private Entry(Session session, long usedAt) {
            this.session = session;
            this.usedAt = usedAt;
        }
    }

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final int most;
    private final int mostOfOne;

    /** The one that was not used for the longest time first. */
    private final LinkedHashMap<String, Entry> all = new LinkedHashMap<>(16, 0.75f, true);

    /** How many each owner has. */
    private final Map<String, Integer> owned = new HashMap<>();

    Sessions(int most, int mostOfOne, LongSupplier nanos) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.nanos = nanos;
    }

    /** Begins one; empty if there is no room. */
    Optional<Session> begin(String owner, String version, String client) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        var session = new Session(HexFormat.of().formatHex(id), owner, version, client);
        var ended = new ArrayList<Session>();
        boolean room;
        synchronized (this) {
            long now = nanos.getAsLong();
            expire(now, ended);
            if (of(owner) >= mostOfOne) {
                evict(ended, one -> one.isOf(owner));
            } else if (all.size() >= most) {
                evict(ended, one -> true);
            }
            room = of(owner) < mostOfOne && all.size() < most;
            if (room) {
                all.put(session.id(), new Entry(session, now));
                owned.merge(owner, 1, Integer::sum);
            }
        }
        ended.forEach(Session::close);
        return room ? Optional.of(session) : Optional.empty();
    }

    private void expire(long now, List<Session> ended) {
        Iterator<Map.Entry<String, Entry>> oldest = all.entrySet().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next().getValue();
            if (now - entry.usedAt <= MAX_IDLE.toNanos()) {
                return; // and so are all after it
            }
            if (!entry.session.busy()) {
                ended.add(entry.session);
                oldest.remove();
                gone(entry.session);
            }
        }
    }

    private int of(String owner) {
        return owned.getOrDefault(owner, 0);
    }

    private void gone(Session session) {
        owned.computeIfPresent(session.owner(), (owner, count) -> count == 1 ? null : count - 1);
    }

    private void evict(List<Session> ended, Predicate<Session> which) {
        Iterator<Map.Entry<String, Entry>> oldest = all.entrySet().iterator();
        while (oldest.hasNext()) {
            Session session = oldest.next().getValue().session;
            if (which.test(session) && !session.busy()) {
                ended.add(session);
                oldest.remove();
                gone(session);
                return;
            }
        }
    }

    /** The session of that id, if it is this one's. */
    Optional<Session> find(String id, String principal) {
        synchronized (this) {
            // Not touched by somebody else's guess.
            long now = nanos.getAsLong();
            Entry entry = all.get(id);
            if (entry == null || !entry.session.isOf(principal)) {
                return Optional.empty();
            }
            if (now - entry.usedAt > MAX_IDLE.toNanos() && !entry.session.busy()) {
                all.remove(id);
                gone(entry.session);
                return Optional.empty();
            }
            entry.usedAt = now;
            return Optional.of(entry.session);
        }
    }

    /** It was in use until now. */
    synchronized void touch(Session session) {
        Entry entry = all.get(session.id());
        if (entry != null) {
            entry.usedAt = nanos.getAsLong();
        }
    }

    void end(Session session) {
        synchronized (this) {
            if (all.remove(session.id()) != null) {
                gone(session);
            }
        }
        session.close();
    }

    synchronized List<Session> all() {
        return all.values().stream().map(entry -> entry.session).toList();
    }

    synchronized int count() {
        return all.size();
    }
}
