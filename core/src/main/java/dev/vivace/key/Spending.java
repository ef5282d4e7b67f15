package dev.vivace.key;

import dev.vivace.replica.SharedTotals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * What keys and tenants have spent on this day and in this month (UTC), and what is held for calls
 * that are on their way. Thread-safe; adding and asking never wait for a disk.
 *
 * <p>With a data directory it outlives the process. Killed: exactly. After the machine went down
 * the last second may not have reached the disk: then the entries of this month's ledger are
 * summed, and of both sums the larger one counts.
 *
 * <p>At most 100,000 keys and tenants are counted within a month; of more, the rest is not counted,
 * and the log says so.
 */
public final class Spending implements AutoCloseable {
    private final Accounts accounts;
    private final Optional<Fleet> fleet;

    /**
     * What somebody has spent, in US dollars.
     *
     * @param day on this day
     * @param month in this month
     */
    public record Spent(double day, double month) {}

    /**
     * A budget that has no room for a call.
     *
     * @param period {@code day} or {@code month}
     * @param spent in US dollars, as all that follow
     * @param held for calls on their way
     * @param reset when it begins anew
     */
    public record Exceeded(
            Purse purse, String period, double budget, double spent, double held, Instant reset) {}

    private Spending(Accounts accounts, Optional<SharedTotals> shared, LongSupplier nanos) {
        this.accounts = accounts;
        this.fleet = shared.map(totals -> new Fleet(totals, accounts, nanos));
    }

    /** Spending that ends with the process. */
    public static Spending inMemory(InstantSource clock, Optional<SharedTotals> shared) {
        return inMemory(clock, System::nanoTime, shared);
    }

    static Spending inMemory(
            InstantSource clock, LongSupplier nanos, Optional<SharedTotals> shared) {
        return new Spending(Accounts.inMemory(clock), shared, nanos);
    }

    /**
     * Spending that outlives the process.
     *
     * @param directory for its file; made if it is missing
     * @param ledger the directory of the ledger's files
     * @param shared where replicas tell each other what they spend
     * @throws UncheckedIOException if its file cannot be opened or made
     */
    public static Spending open(
            Path directory, Path ledger, InstantSource clock, Optional<SharedTotals> shared) {
        return open(directory, ledger, clock, System::nanoTime, shared, Accounts.MOST);
    }

    static Spending open(
            Path directory,
            Path ledger,
            InstantSource clock,
            LongSupplier nanos,
            Optional<SharedTotals> shared,
            int most) {
        try {
            return new Spending(Accounts.open(directory, ledger, clock, most), shared, nanos);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Counts what a call cost, for its key and for its tenant. */
    public void add(String keyId, String tenant, double usd) {
        long nanos = nanos(usd);
        if (nanos == 0) {
            return;
        }
        Today now = accounts.today();
        for (Purse purse : Purse.both(keyId, tenant)) {
            String account = purse.account();
            accounts.add(account, now, nanos);
            fleet.ifPresent(all -> all.touch(account));
        }
    }

    /** Whether what replicas spend is known here now. */
    public boolean shared() {
        return fleet.isPresent() && fleet.get().up();
    }

    /**
     * Asks what replicas spent of many purses.
     *
     * @return when {@link #spent} says it, or when it cannot be had
     */
    public CompletionStage<?> look(List<Purse> purses) {
        return fleet.<CompletionStage<?>>map(
                        all -> all.look(purses.stream().map(Purse::account).toList()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /**
     * What a key or a tenant has spent; its budget does not matter. Of what replicas spent, as much
     * as is known here: see {@link #look}.
     */
    public Spent spent(Purse of) {
        Today now = accounts.today();
        String account = of.account();
        return new Spent(usd(ofDay(account, now)), usd(ofMonth(account, now)));
    }

    /**
     * Sees to it that what replicas spent of these purses is known, as of two seconds ago at worst.
     *
     * @return when it is, or when it cannot be had; empty if there is nothing to wait for
     */
    public Optional<CompletionStage<?>> fresh(List<Purse> purses) {
        return fleet.flatMap(all -> fresh(all, purses));
    }

    private Optional<CompletionStage<?>> fresh(Fleet all, List<Purse> purses) {
        Today now = accounts.today();
        Optional<CompletionStage<?>> both = Optional.empty();
        for (Purse purse : purses) {
            Optional<CompletionStage<?>> next = all.fresh(purse.account(), now);
            both =
                    both.isEmpty() || next.isEmpty()
                            ? both.or(() -> next)
                            : Optional.of(both.get().thenCombine(next.get(), (a, b) -> true));
        }
        return both;
    }

    /**
     * Holds what a call may cost, in each of these purses or in none.
     *
     * @return the budget that has no room for it, if there is one; then nothing is held
     */
    public Optional<Exceeded> hold(List<Purse> purses, double usd) {
        long nanos = nanos(usd);
        Today now = accounts.today();
        for (int i = 0; i < purses.size(); i++) {
            Optional<Exceeded> full = hold(purses.get(i), nanos, now);
            if (full.isPresent()) {
                purses.subList(0, i).forEach(had -> give(had, -nanos));
                return full;
            }
        }
        return Optional.empty();
    }

    /** Gives back what was held. */
    public void release(List<Purse> purses, double usd) {
        purses.forEach(purse -> give(purse, -nanos(usd)));
    }

    /** Held first and looked at then: of two that leave room for one, none finds room for both. */
    private Optional<Exceeded> hold(Purse purse, long nanos, Today now) {
        String account = purse.account();
        give(purse, nanos);
        long held = held(account);
        Optional<Exceeded> full =
                purse.budget().day().isPresent()
                        ? over(
                                purse,
                                "day",
                                purse.budget().day().getAsDouble(),
                                ofDay(account, now),
                                held,
                                nanos,
                                now.dayEnds())
                        : Optional.empty();
        if (full.isEmpty() && purse.budget().month().isPresent()) {
            full =
                    over(
                            purse,
                            "month",
                            purse.budget().month().getAsDouble(),
                            ofMonth(account, now),
                            held,
                            nanos,
                            now.monthEnds());
        }
        if (full.isPresent()) {
            give(purse, -nanos);
        }
        return full;
    }

    private static Optional<Exceeded> over(
            Purse purse,
            String period,
            double budget,
            long spent,
            long held,
            long own,
            Instant reset) {
        // Of doubles, because the sum of what is held and spent may be beyond a long.
        return (double) spent + held > (double) nanos(budget)
                ? Optional.of(
                        new Exceeded(purse, period, budget, usd(spent), usd(held - own), reset))
                : Optional.empty();
    }

    private void give(Purse purse, long nanos) {
        accounts.hold(purse.account(), nanos);
        fleet.ifPresent(all -> all.touch(purse.account()));
    }

    private long held(String account) {
        SpendingSlot slot = accounts.find(account);
        long own = slot == null ? 0 : slot.held();
        return fleet.map(all -> sum(own, all.held(account))).orElse(own);
    }

    private long ofDay(String account, Today now) {
        SpendingSlot slot = accounts.find(account);
        long own = slot == null ? 0 : slot.ofDay(now);
        return fleet.map(all -> sum(own, all.ofDay(account, now))).orElse(own);
    }

    private long ofMonth(String account, Today now) {
        SpendingSlot slot = accounts.find(account);
        long own = slot == null ? 0 : slot.ofMonth(now);
        return fleet.map(all -> sum(own, all.ofMonth(account, now))).orElse(own);
    }

    /** Never beyond a long, where too much would be less than nothing. */
    private static long sum(long own, long others) {
        return own > Long.MAX_VALUE - others ? Long.MAX_VALUE : own + others;
    }

    /** Has the disk take all; what is added afterwards is in the file as well. */
    @Override
    public void close() {
        accounts.close();
    }

    static long nanos(double usd) {
        return usd > 0 ? Math.round(Math.min(usd * 1e9, Long.MAX_VALUE / 4)) : 0;
    }

    static double usd(long nanos) {
        return nanos / 1e9;
    }
}
