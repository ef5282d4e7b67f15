package dev.vivace.mcp;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The sessions of all clients. One that nobody used for half an hour ends when the next begins;
 * when there is no room, that which was not used for the longest time and in which nothing goes on.
 * Thread-safe.
 */
final class Sessions {
    static final int MOST = 10_000;
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

    /** The one that was not used for the longest time first. */
    private final LinkedHashMap<String, Entry> all = new LinkedHashMap<>(16, 0.75f, true);

    Sessions(int most, LongSupplier nanos) {
        this.most = most;
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
            if (all.size() >= most) {
                evict(ended);
            }
            room = all.size() < most;
            if (room) {
                all.put(session.id(), new Entry(session, now));
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
            }
        }
    }

    private void evict(List<Session> ended) {
        Iterator<Map.Entry<String, Entry>> oldest = all.entrySet().iterator();
        while (oldest.hasNext()) {
            Session session = oldest.next().getValue().session;
            if (!session.busy()) {
                ended.add(session);
                oldest.remove();
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
                return Optional.empty();
            }
            entry.usedAt = now;
            return Optional.of(entry.session);
        }
    }

    void end(Session session) {
        synchronized (this) {
            all.remove(session.id());
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
