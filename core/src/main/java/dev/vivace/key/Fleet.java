package dev.vivace.key;

import dev.vivace.key.SpendingSlot.Sums;
import dev.vivace.replica.SharedTotals;
import dev.vivace.replica.SharedTotals.Exchange;
import dev.vivace.replica.SharedTotals.Figure;
import dev.vivace.replica.SharedTotals.Kind;
import dev.vivace.replica.SharedTotals.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the other replicas have spent and hold, and telling them what this one does. Thread-safe.
 *
 * <p>Of each account three figures are exchanged: this replica's sum of the day, that of the month,
 * and what it holds. What all have spent is then this replica's own sum, which is exact, and what
 * the others' came to when the store was asked last. While the store answers, {@link #fresh} lets
 * no call be decided on an answer older than {@link #FRESH_NANOS}; so what all spend together
 * exceeds a budget at most by what the others let in within that time.
 */
final class Fleet implements SharedTotals.Keeper {
    /** How old what is known of the others may be. */
    static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** So often everything is told again, for a store may lose a part of what it has. */
    static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Who was not asked for in so long is forgotten. */
    static final long UNUSED_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Accounts in one round trip at most: the store does nothing else meanwhile. */
    static final int AT_ONCE = 100;

    private static final long DAY_KEPT = TimeUnit.DAYS.toSeconds(2);
    private static final long MONTH_KEPT = TimeUnit.DAYS.toSeconds(33);
    private static final long HELD_KEPT = 120;
    private static final long HELD_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int FIGURES = 3;

    /**
     * What was heard of the others.
     *
     * @param at the day and the month that it is of
     * @param nanos when they were asked
     */
    private record Heard(Today at, long day, long month, long held, long nanos) {
        // A clock that is set back over midnight does not open the day that was over again.

        boolean isOfDay(Today now) {
            return at.day() == now.day() || at.day() == now.day() + 1;
        }

        boolean isOfMonth(Today now) {
            return at.month() == now.month() || at.month() == now.month() + 1;
        }

        /** Totals only grow: where there is less now, the store has lost some. */
        Heard then(Heard next) {
            return new Heard(
                    next.at,
                    at.day() == next.at.day() ? Math.max(day, next.day) : next.day,
                    at.month() == next.at.month() ? Math.max(month, next.month) : next.month,
                    next.held,
                    next.nanos);
        }
    }

    /** The others, of one account. */
    private static final class Others {
        volatile @Nullable Heard heard; // written under this
        volatile long askedNanos;
        @Nullable CompletableFuture<?> asking; // guarded by this

        synchronized void hear(Heard next) {
            Heard before = heard;
            if (before == null) {
                heard = next;
            } else if (next.nanos - before.nanos >= 0) { // or it is an answer that comes late
                heard = before.then(next);
            }
        }
    }

    private final SharedTotals totals;
    private final Accounts accounts;
    private final LongSupplier nanos;
    private final Map<String, Others> others = new ConcurrentHashMap<>();
    private final Set<String> due = ConcurrentHashMap.newKeySet();
    private @Nullable CompletableFuture<Boolean> flushing; // guarded by this
    private volatile String store = "";
    private volatile long againNanos;

    /**
     * So many as the store has answered in time: half of those that it did not, then more again.
     */
    private volatile int atOnce = AT_ONCE;

    Fleet(SharedTotals totals, Accounts accounts, LongSupplier nanos) {
        this.totals = totals;
        this.accounts = accounts;
        this.nanos = nanos;
        againNanos = nanos.getAsLong();
        totals.keep(this);
    }

    /** Whether the store is worth asking. */
    boolean up() {
        return totals.up();
    }

    /** What the others spent on this day, as far as known. */
    long ofDay(String account, Today now) {
        Heard heard = heard(account);
        return heard != null && heard.isOfDay(now) ? heard.day : 0;
    }

    /** What the others spent in this month, as far as known. */
    long ofMonth(String account, Today now) {
        Heard heard = heard(account);
        return heard != null && heard.isOfMonth(now) ? heard.month : 0;
    }

    /** What the others hold, as far as known. */
    long held(String account) {
        Heard heard = heard(account);
        return heard != null && nanos.getAsLong() - heard.nanos < HELD_NANOS ? heard.held : 0;
    }

    private @Nullable Heard heard(String account) {
        Others known = others.get(account);
        return known == null ? null : known.heard;
    }

    /** Something of this account is to be told or asked. */
    void touch(String account) {
        Others known = others.get(account);
        if (known == null && others.size() < Accounts.MOST) {
            known = others.computeIfAbsent(account, absent -> new Others());
        }
        if (known != null) {
            known.askedNanos = nanos.getAsLong();
        }
        if (!due.contains(account)) {
            due.add(account);
        }
    }

    /**
     * Sees to it that what is known of the others is not old, as far as that can be had.
     *
     * @return when it is so; empty if it is already
     */
    Optional<CompletionStage<?>> fresh(String account, Today now) {
        touch(account);
        Others known = others.get(account);
        Heard heard = known == null ? null : known.heard;
        if (known == null
                || heard != null
                        && heard.isOfDay(now)
                        && nanos.getAsLong() - heard.nanos <= FRESH_NANOS
                || !totals.up()) {
            return Optional.empty();
        }
        return Optional.of(ask(account, known));
    }

    /** The same for many at once, whom nobody may wait for long. */
    CompletionStage<?> look(List<String> which) {
        which.forEach(this::touch);
        return totals.up()
                // The first may be one that is on its way since before.
                ? flush().thenCompose(done -> flush())
                : CompletableFuture.completedFuture(null);
    }

    /** Once for all that want to know it at the same time. */
    private CompletionStage<?> ask(String account, Others of) {
        var asking = new CompletableFuture<Void>();
        synchronized (of) {
            if (of.asking != null) {
                return of.asking;
            }
            of.asking = asking;
        }
        exchange(List.of(account))
                .whenComplete((done, failure) -> {
                    synchronized (of) {
                        of.asking = null;
                    }
                    asking.complete(null); // without an answer what is known decides
                });
        return asking;
    }

    @Override
    public void connected() {
        store = ""; // it may be another one, or one that had not got the last writings
        var unused = flush();
    }

    @Override
    public CompletionStage<?> flush() {
        var mine = new CompletableFuture<Boolean>();
        synchronized (this) {
            if (flushing != null) {
                return flushing;
            }
            flushing = mine;
        }
        if (nanos.getAsLong() - againNanos >= AGAIN_NANOS) {
            forget();
            everything();
        }
        Queue<String> now = new ArrayDeque<>();
        due.removeIf(now::add); // before it is read: what changes after that is due again
        // Also if nothing is due: then whether the store is still the same.
        next(now)
                .whenComplete((done, failure) -> {
                    due.addAll(now);
                    synchronized (this) {
                        flushing = null;
                    }
                    mine.complete(failure == null);
                });
        return mine;
    }

    private CompletionStage<?> next(Queue<String> waiting) {
        int most = atOnce;
        var some = new ArrayList<String>(most);
        while (some.size() < most && !waiting.isEmpty()) {
            some.add(waiting.remove());
        }
        return exchange(some)
                .whenComplete((said, failure) -> {
                    atOnce = failure == null ? Math.min(AT_ONCE, most + 1) : Math.max(1, most / 2);
                })
                .thenCompose(said -> {
                    if (!said.store().equals(store)) {
                        store = said.store();
                        everything(); // by the next flush
                    }
                    return waiting.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : next(waiting);
                });
    }

    private CompletionStage<Exchange> exchange(List<String> which) {
        Today now = accounts.today();
        long asked = nanos.getAsLong();
        var sums = new ArrayList<Sums>(which.size());
        var figures = new ArrayList<Figure>(FIGURES * which.size());
        for (String account : which) {
            SpendingSlot slot = accounts.find(account);
            Sums own = slot == null ? Sums.none(now) : slot.sums(now);
            sums.add(own);
            String name = "spent:" + account + ":";
            figures.add(new Figure(name + own.at().dayName(), Kind.TOTAL, own.day(), DAY_KEPT));
            figures.add(
                    new Figure(name + own.at().monthName(), Kind.TOTAL, own.month(), MONTH_KEPT));
            figures.add(
                    new Figure("held:" + account, Kind.HELD, Math.max(0, own.held()), HELD_KEPT));
        }
        return totals.exchange(figures)
                .whenComplete((said, failure) -> {
                    if (failure != null) {
                        due.addAll(which);
                        return;
                    }
                    for (int i = 0; i < which.size(); i++) {
                        List<Sum> its = said.sums().subList(FIGURES * i, FIGURES * (i + 1));
                        absorb(which.get(i), sums.get(i), its, asked);
                    }
                });
    }

    private void absorb(String account, Sums told, List<Sum> said, long asked) {
        Sum day = said.get(0);
        Sum month = said.get(1);
        if (day.own() > told.day() || month.own() > told.month()) {
            accounts.atLeast(account, told.at(), day.own(), month.own()); // our file has lost some
        }
        if (told.held() > 0) {
            due.add(account); // or it would not count any more in a minute
        }
        Others known = others.get(account);
        if (known != null) {
            known.hear(
                    new Heard(
                            told.at(), day.others(), month.others(), said.get(2).others(), asked));
        }
    }

    private void everything() {
        againNanos = nanos.getAsLong();
        Today now = accounts.today();
        accounts.each((account, slot) -> {
            Sums own = slot.sums(now);
            if (own.month() > 0 || own.held() > 0) {
                due.add(account);
            }
        });
        due.addAll(others.keySet());
    }

    /** What others spent in a month that is not over may be known to nobody else any more. */
    private void forget() {
        long now = nanos.getAsLong();
        Today today = accounts.today();
        others.values()
                .removeIf(each -> {
                    Heard heard = each.heard;
                    boolean counts =
                            heard != null
                                    && (heard.isOfMonth(today) && heard.month() > 0
                                            || heard.isOfDay(today) && heard.day() > 0);
                    return !counts && now - each.askedNanos > UNUSED_NANOS;
                });
    }
}
