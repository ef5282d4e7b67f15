package dev.vivace.key;

import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerHistory;
import dev.vivace.replica.SharedCounters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(Spending.class);
    private static final int SLOTS = 100_000;
    private static final long DAY_EXPIRY = TimeUnit.DAYS.toSeconds(2);
    private static final long MONTH_EXPIRY = TimeUnit.DAYS.toSeconds(33);

    private final InstantSource clock;
    private final int slots;
    private final Optional<SpendingFile> file;
    private final Optional<SharedCounters> shared;
    private final Optional<ScheduledExecutorService> forcing;
    private final Map<String, SpendingSlot> accounts = new ConcurrentHashMap<>();
    private volatile Today today;
    private volatile boolean dirty;
    private boolean failing;
    private long fullOn = -1;

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

    private Spending(
            InstantSource clock,
            int slots,
            Optional<SpendingFile> file,
            Optional<SharedCounters> shared) {
        this.clock = clock;
        this.slots = slots;
        this.file = file;
        this.shared = shared;
        this.today = Today.at(clock.millis());
        this.forcing = file.map(known -> forcing());
    }

    /** Spending that ends with the process. */
    public static Spending inMemory(InstantSource clock, Optional<SharedCounters> shared) {
        return new Spending(clock, SLOTS, Optional.empty(), shared);
    }

    /**
     * Spending that outlives the process.
     *
     * @param directory for its file; made if it is missing
     * @param ledger the directory of the ledger's files
     * @param shared what replicas spend together; the larger sum counts
     * @throws UncheckedIOException if its file cannot be opened or made
     */
    public static Spending open(
            Path directory, Path ledger, InstantSource clock, Optional<SharedCounters> shared) {
        return open(directory, ledger, clock, shared, SLOTS);
    }

    static Spending open(
            Path directory,
            Path ledger,
            InstantSource clock,
            Optional<SharedCounters> shared,
            int slots) {
        try {
            SpendingFile file = SpendingFile.open(directory, slots);
            var spending = new Spending(clock, slots, Optional.of(file), shared);
            spending.load(file, ledger);
            return spending;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load(SpendingFile from, Path ledger) {
        for (int i = 0; i < from.used(); i++) {
            SpendingSlot slot = from.there(i);
            accounts.put(slot.name(), slot);
        }
        if (from.state() != SpendingFile.State.EXACT) {
            recount(ledger);
        }
        from.complete();
    }

    /** Sees to it that at least what the ledger says is counted. */
    private void recount(Path ledger) {
        Today now = today();
        Map<String, Long> day = new HashMap<>();
        Map<String, Long> month = new HashMap<>();
        try {
            LedgerHistory.read(ledger, now.firstOfMonth(), entry -> count(entry, now, day, month));
        } catch (IOException e) {
            LOG.warn(
                    "The ledger in {} cannot be read for what was spent: {}", ledger, e.toString());
        }
        month.forEach((account, nanos) ->
                slot(account)
                        .ifPresent(
                                slot -> slot.atLeast(now, day.getOrDefault(account, 0L), nanos)));
        dirty = true;
        LOG.info("What {} keys and tenants spent was compared with the ledger", month.size());
    }

    private static void count(
            LedgerEntry entry, Today now, Map<String, Long> day, Map<String, Long> month) {
        if (entry.key().isEmpty()) {
            return;
        }
        Today then = Today.at(entry.at() + TimeUnit.MICROSECONDS.toMillis(entry.totalMicros()));
        long nanos = nanos(entry.costUsd());
        for (Purse purse : purses(entry.key(), entry.tenant())) {
            if (then.day() == now.day()) {
                day.merge(purse.account(), nanos, Long::sum);
            }
            if (then.month() == now.month()) {
                month.merge(purse.account(), nanos, Long::sum);
            }
        }
    }

    private static List<Purse> purses(String keyId, String tenant) {
        return List.of(Purse.ofKey(keyId, Budget.NONE), Purse.ofTenant(tenant, Budget.NONE));
    }

    /** Counts what a call cost, for its key and for its tenant. */
    public void add(String keyId, String tenant, double usd) {
        long nanos = nanos(usd);
        if (nanos == 0) {
            return;
        }
        Today now = today();
        for (Purse purse : purses(keyId, tenant)) {
            String account = purse.account();
            while (!slot(account).map(slot -> slot.add(now, nanos)).orElse(true)) {
                // It was given up between finding it and adding to it: there is another now.
            }
            shared.ifPresent(counters -> {
                counters.add(dayCounter(account, now), nanos, DAY_EXPIRY);
                counters.add(monthCounter(account, now), nanos, MONTH_EXPIRY);
            });
        }
        dirty = true;
    }

    /** What a key or a tenant has spent; its budget does not matter. */
    public Spent spent(Purse of) {
        Today now = today();
        String account = of.account();
        return new Spent(usd(ofDay(account, now)), usd(ofMonth(account, now)));
    }

    /**
     * Holds what a call may cost, in each of these purses or in none.
     *
     * @return the budget that has no room for it, if there is one; then nothing is held
     */
    public Optional<Exceeded> hold(List<Purse> purses, double usd) {
        long nanos = nanos(usd);
        Today now = today();
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
        while (!slot(purse.account()).map(slot -> slot.hold(nanos)).orElse(true)) {
            // as in add
        }
    }

    private long held(String account) {
        SpendingSlot slot = accounts.get(account);
        return slot == null ? 0 : slot.held();
    }

    private long ofDay(String account, Today now) {
        SpendingSlot slot = accounts.get(account);
        long own = slot == null ? 0 : slot.ofDay(now);
        return shared.map(all -> Math.max(own, all.total(dayCounter(account, now)))).orElse(own);
    }

    private long ofMonth(String account, Today now) {
        SpendingSlot slot = accounts.get(account);
        long own = slot == null ? 0 : slot.ofMonth(now);
        return shared.map(all -> Math.max(own, all.total(monthCounter(account, now)))).orElse(own);
    }

    private static String dayCounter(String account, Today now) {
        return "spend:" + account + ":" + now.dayName();
    }

    private static String monthCounter(String account, Today now) {
        return "spend:" + account + ":" + now.monthName();
    }

    private Today today() {
        Today now = today.then(clock.millis());
        today = now;
        return now;
    }

    private Optional<SpendingSlot> slot(String account) {
        SpendingSlot known = accounts.get(account);
        return known != null ? Optional.of(known) : make(account);
    }

    private synchronized Optional<SpendingSlot> make(String account) {
        SpendingSlot known = accounts.get(account);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SpendingSlot> made = room(account, today());
        made.ifPresent(slot -> accounts.put(account, slot));
        return made;
    }

    private Optional<SpendingSlot> room(String account, Today now) {
        if (accounts.size() >= slots || file.isPresent() && !file.get().room()) {
            return again(account, now);
        }
        if (file.isPresent()) {
            try {
                return Optional.of(file.get().make(account, now));
            } catch (IOException e) {
                LOG.warn("What is spent by {} ends with this process: {}", account, e.toString());
            }
        }
        return Optional.of(SpendingSlot.inMemory());
    }

    /** The slot of somebody whose month is over. */
    private Optional<SpendingSlot> again(String account, Today now) {
        if (fullOn == now.day()) {
            return Optional.empty();
        }
        for (Map.Entry<String, SpendingSlot> other : accounts.entrySet()) {
            if (other.getValue().retire(now)) {
                accounts.remove(other.getKey());
                return Optional.of(SpendingSlot.made(other.getValue().memory(), account, now));
            }
        }
        fullOn = now.day();
        LOG.warn(
                "More than {} keys and tenants have spent something this month; what others spend is not counted",
                slots);
        return Optional.empty();
    }

    private ScheduledExecutorService forcing() {
        var timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("vivace-spending").factory());
        timer.scheduleWithFixedDelay(this::force, 1, 1, TimeUnit.SECONDS);
        return timer;
    }

    private void force() {
        if (!dirty || file.isEmpty()) {
            return;
        }
        dirty = false;
        try {
            file.get().force();
            failing = false;
        } catch (RuntimeException e) {
            dirty = true;
            if (!failing) {
                failing = true;
                LOG.warn("What was spent does not reach the disk: {}", e.toString());
            }
        }
    }

    /** Has the disk take all; what is added afterwards is in the file as well. */
    @Override
    public void close() {
        forcing.ifPresent(ScheduledExecutorService::close);
        try {
            if (file.isPresent()) {
                file.get().close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("What was spent did not reach the disk: {}", e.toString());
        }
    }

    static long nanos(double usd) {
        return usd > 0 ? Math.round(Math.min(usd * 1e9, Long.MAX_VALUE / 4)) : 0;
    }

    static double usd(long nanos) {
        return nanos / 1e9;
    }
}
