package dev.vivace.key;

import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this gateway has counted for each account, in memory or in a file. Thread-safe; nobody who
 * counts waits for the disk.
 */
final class Accounts implements AutoCloseable {
    /** So many at most within a month. */
    static final int MOST = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Spending.class);

    private final InstantSource clock;
    private final int most;
    private final Optional<SpendingFile> file;
    private final Optional<ScheduledExecutorService> forcing;
    private final Map<String, SpendingSlot> slots = new ConcurrentHashMap<>();
    private volatile Today today;
    private volatile boolean dirty;
    private boolean failing;
    private long fullOn = -1;

    private Accounts(InstantSource clock, int most, Optional<SpendingFile> file) {
        this.clock = clock;
        this.most = most;
        this.file = file;
        this.today = Today.at(clock.millis());
        this.forcing = file.map(known -> forcing());
    }

    static Accounts inMemory(InstantSource clock) {
        return new Accounts(clock, MOST, Optional.empty());
    }

    /**
     * @param ledger what the file may have lost is counted again from there
     */
    static Accounts open(Path directory, Path ledger, InstantSource clock, int most)
            throws IOException {
        SpendingFile file = SpendingFile.open(directory, most);
        var accounts = new Accounts(clock, most, Optional.of(file));
        accounts.load(file, ledger);
        return accounts;
    }

    private void load(SpendingFile from, Path ledger) {
        for (int i = 0; i < from.used(); i++) {
            SpendingSlot slot = from.there(i);
            slots.put(slot.name(), slot);
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
        long nanos = Spending.nanos(entry.costUsd());
        for (Purse purse : Purse.both(entry.key(), entry.tenant())) {
            if (then.day() == now.day()) {
                day.merge(purse.account(), nanos, Long::sum);
            }
            if (then.month() == now.month()) {
                month.merge(purse.account(), nanos, Long::sum);
            }
        }
    }

    Today today() {
        Today now = today.then(clock.millis());
        today = now;
        return now;
    }

    /** That of an account that was ever counted. */
    @Nullable SpendingSlot find(String account) {
        return slots.get(account);
    }

    void each(BiConsumer<String, SpendingSlot> use) {
        slots.forEach(use);
    }

    void add(String account, Today now, long nanos) {
        while (!slot(account).map(slot -> slot.add(now, nanos)).orElse(true)) {
            // It was given up between finding it and adding to it: there is another now.
        }
        dirty = true;
    }

    void atLeast(String account, Today then, long dayNanos, long monthNanos) {
        slot(account).ifPresent(slot -> slot.atLeast(then, dayNanos, monthNanos));
        dirty = true;
    }

    void hold(String account, long nanos) {
        while (!slot(account).map(slot -> slot.hold(nanos)).orElse(true)) {
            // as in add
        }
    }

    private Optional<SpendingSlot> slot(String account) {
        SpendingSlot known = slots.get(account);
        return known != null ? Optional.of(known) : make(account);
    }

    private synchronized Optional<SpendingSlot> make(String account) {
        SpendingSlot known = slots.get(account);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SpendingSlot> made = room(account, today());
        made.ifPresent(slot -> slots.put(account, slot));
        return made;
    }

    private Optional<SpendingSlot> room(String account, Today now) {
        if (slots.size() >= most || file.isPresent() && !file.get().room()) {
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
        for (Map.Entry<String, SpendingSlot> other : slots.entrySet()) {
            if (other.getValue().retire(now)) {
                slots.remove(other.getKey());
                return Optional.of(SpendingSlot.made(other.getValue().memory(), account, now));
            }
        }
        fullOn = now.day();
        LOG.warn(
                "More than {} keys and tenants have spent something this month; what others spend is not counted",
                most);
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
}
