package dev.vivace.redis;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Invalidation;
import dev.vivace.redis.KnownInvalidations.One;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The invalidations of all replicas: a stream in Redis, which gives them their order, and what is
 * known of it here. Messages only hasten the reading, and every look-up reads what is new before it
 * trusts an answer; so a lost message, or a replica that was cut off, serves nothing too old.
 *
 * <p>One of this replica that Redis does not have yet holds here for every answer, until it has.
 * Thread-safe.
 */
final class Invalidations implements Part {
    private final RedisLink link;
    private final byte[] stream;
    private final List<Consumer<Invalidation>> listeners = new CopyOnWriteArrayList<>();

    /** Of this replica, and not in Redis yet. */
    private final Set<Invalidation> pending = new LinkedHashSet<>();

    private volatile List<Invalidation> unsent = List.of();
    private volatile KnownInvalidations known = KnownInvalidations.NONE;

    /** Up to here, listeners have forgotten what they had to. */
    private volatile StreamId applied = StreamId.ZERO;

    // What that was at the last tick and at the one before. Who stores an answer has looked a
    // moment
    // ago whether it was forgotten meanwhile; so its stamp is of a moment before.
    private StreamId appliedAtTick = StreamId.ZERO;
    private volatile StreamId stamp = StreamId.ZERO;

    private boolean sending;

    Invalidations(RedisLink link) {
        this.link = link;
        stream = link.key("invalidations");
        link.add(this);
    }

    /** The listener also hears of all that is known already: it may hold what is older. */
    synchronized void listen(Consumer<Invalidation> listener) {
        listeners.add(listener);
        Set<Invalidation> before = new LinkedHashSet<>();
        if (StreamId.ZERO.isBefore(known.floor())) {
            before.add(InvalidationFormat.ALL);
        }
        known.all().forEach(one -> before.add(one.which()));
        link.work(() -> before.forEach(listener));
    }

    /** For answers that are stored now. */
    StreamId stamp() {
        return stamp;
    }

    /** Whether an answer must not be served any more. */
    boolean hold(StreamId stamp, CachedAnswer answer) {
        for (Invalidation which : unsent) {
            if (which.test(answer)) {
                return true;
            }
        }
        return known.hold(stamp, answer);
    }

    void add(Invalidation which) {
        synchronized (this) {
            note(which);
        }
        send();
    }

    private void note(Invalidation which) {
        pending.add(which);
        if (pending.size() > KnownInvalidations.MAX) {
            pending.clear();
            pending.add(InvalidationFormat.ALL);
        }
        unsent = List.copyOf(pending);
    }

    /** One after the other, so that a reply that is lost repeats at most one; that does no harm. */
    private void send() {
        Invalidation next;
        synchronized (this) {
            if (sending || pending.isEmpty()) {
                return;
            }
            sending = true;
            next = pending.iterator().next();
        }
        var args = XAddArgs.Builder.maxlen(KnownInvalidations.MAX).exactTrimming();
        var unused =
                link.run(commands -> commands.xadd(stream, args, InvalidationFormat.write(next)))
                        .whenComplete((id, failure) -> {
                            boolean sent = failure == null;
                            synchronized (this) {
                                sending = false;
                                if (sent) {
                                    pending.remove(next);
                                    unsent = List.copyOf(pending);
                                }
                            }
                            if (sent) {
                                link.nudge();
                                link.later(this::send);
                            }
                        });
    }

    /** Reads what is new. */
    CompletionStage<Boolean> catchUp() {
        var from = XReadArgs.StreamOffset.from(stream, known.seen().toString());
        return link.run(commands -> commands.xread(from))
                .thenApply(messages -> absorb(messages.stream().map(Invalidations::one).toList()));
    }

    private static One one(StreamMessage<byte[], byte[]> message) {
        return new One(StreamId.parse(message.getId()), InvalidationFormat.read(message.getBody()));
    }

    private synchronized boolean absorb(List<One> read) {
        KnownInvalidations before = known;
        known = before.with(read);
        if (known != before) {
            Set<Invalidation> news = new LinkedHashSet<>();
            if (KnownInvalidations.missedSome(read)) {
                news.add(InvalidationFormat.ALL);
            } else {
                read.stream()
                        .filter(one -> before.seen().isBefore(one.id()))
                        .forEach(one -> news.add(one.which()));
            }
            StreamId upTo = known.seen();
            link.work(() -> tell(news, upTo));
        }
        return true;
    }

    private void tell(Set<Invalidation> news, StreamId upTo) {
        try {
            for (Invalidation which : news) {
                listeners.forEach(listener -> listener.accept(which));
            }
        } finally {
            // Last: what is stored from now on was asked for after they were forgotten here, or was
            // kept back by whoever forgot them.
            applied = upTo;
        }
    }

    /** Finds out whether Redis has lost what it had: after a restart from nothing or a snapshot. */
    private void compare() {
        KnownInvalidations asked = known;
        var unused =
                link.run(commands ->
                                commands.xrevrange(
                                        stream, Range.<String>unbounded(), Limit.from(1)))
                        .thenAccept(newest -> {
                            StreamId last =
                                    newest.isEmpty()
                                            ? StreamId.ZERO
                                            : StreamId.parse(newest.getFirst().getId());
                            if (last.isBefore(asked.seen())) {
                                rewind(asked, last);
                            } else if (asked.seen().isBefore(last)) {
                                var more = catchUp();
                            }
                        });
    }

    private void rewind(KnownInvalidations asked, StreamId last) {
        synchronized (this) {
            if (known != asked) {
                return;
            }
            known = asked.backTo(last);
            // With a snapshot came answers that these were to forget.
            asked.all().stream()
                    .filter(one -> last.isBefore(one.id()))
                    .forEach(one -> note(one.which()));
            link.work(() -> applied = last);
        }
        send();
    }

    @Override
    public void connected() {
        send();
        compare();
    }

    @Override
    public void nudged() {
        var unused = catchUp();
    }

    @Override
    public void tick(long count) {
        stamp = appliedAtTick;
        appliedAtTick = applied;
        if (count % 10 == 0) {
            send();
            compare();
        }
    }
}
