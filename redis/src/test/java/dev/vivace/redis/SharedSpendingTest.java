package dev.vivace.redis;

import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.key.Budget;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.redis.RedisHealth.State;
import dev.vivace.replica.SharedTotals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What replicas spend together, with a real server between them. */
@Timeout(120)
class SharedSpendingTest {
    private static final Purse KEY = Purse.ofKey("vk-1", Budget.NONE);
    private static final Purse TENANT = Purse.ofTenant("acme", Budget.NONE);
    private static final List<Purse> ALL =
            List.of(
                    Purse.ofKey("vk-0", Budget.NONE),
                    KEY,
                    Purse.ofKey("vk-2", Budget.NONE),
                    TENANT);
    private static Redis server;

    @TempDir private Path directory;
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));

    @BeforeAll
    static void start() {
        server = new Redis().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private Spending inMemory(RedisLink link) {
        return Spending.inMemory(
                now::get, Optional.of(new RedisTotals(link, UUID.randomUUID().toString())));
    }

    private static double day(Spending spending) {
        get(spending.look(List.of(KEY, TENANT)));
        return spending.spent(KEY).day();
    }

    private static Purse budget(double usd) {
        return Purse.ofKey("vk-1", new Budget(OptionalDouble.of(usd), OptionalDouble.empty()));
    }

    private static boolean lets(Spending spending, double usd) {
        List<Purse> purses = List.of(budget(10));
        spending.fresh(purses).ifPresent(Links::get);
        return spending.hold(purses, usd).isEmpty();
    }

    @Test
    void twoSpendTogetherAndAServerThatLostAllIsToldAgain() {
        String prefix = prefix();
        try (var own = new Redis().start();
                var here = Links.up(own.uri(), prefix);
                var there = Links.up(own.uri(), prefix);
                var one = inMemory(here);
                var other = inMemory(there)) {
            one.add("vk-1", "acme", 1);
            other.add("vk-1", "acme", 2);
            until(() -> day(one) == 3 && day(other) == 3);
            own.stop();
            until(() -> here.health().state() == State.GONE);
            until(() -> there.health().state() == State.GONE);
            one.add("vk-1", "acme", 4);
            assertEquals(7, day(one));
            own.start();
            until(() -> day(one) == 7 && day(other) == 7);
            own.ask(commands -> commands.flushall());
            other.add("vk-2", "acme", 8);
            until(() -> day(one) == 7 && one.spent(TENANT).month() == 15);
            // Somebody who knows nothing but what the server was told again.
            try (var third = inMemory(there)) {
                until(() -> day(third) == 7);
            }
        }
    }

    /** The first call of a replica that was just started knows what the others spent. */
    @Test
    void nobodyIsLetInOnWhatIsNotKnownYet() {
        String prefix = prefix();
        try (var here = Links.up(server.uri(), prefix);
                var there = Links.up(server.uri(), prefix);
                var one = inMemory(here);
                var other = inMemory(there)) {
            assertTrue(lets(one, 3));
            one.add("vk-1", "acme", 6);
            until(() -> day(other) == 6);
            try (var third = inMemory(there)) {
                assertEquals(false, lets(third, 2));
                assertTrue(lets(third, 1));
            }
        }
    }

    @Test
    void aReplicaWithoutADirectoryThatStartsAgainForgetsNothing() {
        String prefix = prefix();
        try (var first = Links.up(server.uri(), prefix);
                var spending = inMemory(first)) {
            spending.add("vk-1", "acme", 5);
        } // which tells it
        try (var second = Links.up(server.uri(), prefix);
                var spending = inMemory(second)) {
            spending.add("vk-1", "acme", 1);
            until(() -> day(spending) == 6);
        }
    }

    /** A replica whose exchanges happen when the test says so. */
    private static final class ByHand implements SharedTotals {
        private final RedisTotals totals;

        ByHand(RedisTotals totals) {
            this.totals = totals;
        }

        @Override
        public CompletionStage<Exchange> exchange(List<Figure> figures) {
            return totals.exchange(figures);
        }

        @Override
        public boolean up() {
            return totals.up();
        }

        @Override
        public void keep(Keeper of) {
            // Nobody calls it but by way of what asks.
        }
    }

    /** What one replica has told, and what it knows. In dollars, which a double has exactly. */
    private static final class Model {
        private final Map<String, Long> own = new HashMap<>();
        private final Map<String, Long> told = new HashMap<>();

        /** The most that it ever told; what the store forgets, others may remember. */
        private final Map<String, Long> known = new HashMap<>();
    }

    private final class Replica {
        private final RedisLink link;
        private final Optional<Path> data;
        private String id = UUID.randomUUID().toString();
        private ByHand totals;
        private Spending spending;
        private Model model = new Model();

        Replica(RedisLink link, Optional<Path> data) {
            this.link = link;
            this.data = data;
            totals = new ByHand(new RedisTotals(link, id));
            spending = open();
        }

        private Spending open() {
            return data.map(path -> Spending.open(path, path, now::get, Optional.of(totals)))
                    .orElseGet(() -> Spending.inMemory(now::get, Optional.of(totals)));
        }

        /** Of one without a directory, what it told stays as somebody else's. */
        Optional<Model> restart(boolean fileLost) throws IOException {
            spending.close();
            Optional<Model> left = Optional.empty();
            if (data.isEmpty()) {
                id = UUID.randomUUID().toString();
                left = Optional.of(model);
                model = new Model();
            } else if (fileLost) {
                Files.delete(data.get().resolve("spending.bin"));
                model.own.clear();
            }
            totals = new ByHand(new RedisTotals(link, id));
            spending = open();
            return left;
        }
    }

    private String period(String account, boolean day) {
        return account + " " + now.get().toString().substring(0, day ? 10 : 7);
    }

    /**
     * Of everything that can happen in between, at the end everybody knows of all that anybody who
     * is there has in a file or in the store; and of no more than was ever told. What both have
     * lost may be known still by who was told before.
     */
    @Test
    void whateverHappensAllKnowInTheEndWhatAllSpent() throws Exception {
        long seed = Long.getLong("vivace.seed", 20_261_121);
        try (var own = new Redis().start();
                var link = Links.up(own.uri(), prefix())) {
            for (int run = 0; run < 6; run++) {
                own.ask(commands -> commands.flushall());
                new Run(own, link, new Random(seed + run), "seed " + seed + " run " + run, run)
                        .go();
            }
        }
    }

    private final class Run {
        private final Redis own;
        private final Random random;
        private final String name;
        private final List<Replica> replicas = new ArrayList<>();
        private final List<Model> gone = new ArrayList<>();

        Run(Redis own, RedisLink link, Random random, String name, int number) {
            this.own = own;
            this.random = random;
            this.name = name;
            for (int i = 0; i < 3; i++) {
                Path data = directory.resolve(number + "-" + i);
                replicas.add(new Replica(link, i == 2 ? Optional.empty() : Optional.of(data)));
            }
        }

        void go() throws Exception {
            for (int step = 0; step < 150; step++) {
                Replica who = replicas.get(random.nextInt(3));
                int dice = random.nextInt(100);
                if (dice < 55) {
                    add(who);
                } else if (dice < 85) {
                    flush(who);
                } else if (dice < 92) {
                    who.restart(dice < 87).ifPresent(gone::add);
                    flush(who); // as a call would have it do before it is let in
                } else if (dice < 94) {
                    forgetAll();
                } else if (dice < 97) {
                    now.set(now.get().plusSeconds(9 * 3600));
                } else {
                    check(step);
                }
            }
            check(150);
            replicas.forEach(each -> each.spending.close());
        }

        private void add(Replica who) {
            long usd = 1 + random.nextInt(9);
            String key = "vk-" + random.nextInt(3);
            who.spending.add(key, "acme", usd);
            for (String account : List.of(key, "acme")) {
                for (boolean day : new boolean[] {true, false}) {
                    who.model.own.merge(period(account, day), usd, Long::sum);
                }
            }
        }

        private void flush(Replica who) {
            // It flushes twice: once to find that the server lost all, once to tell it again.
            get(who.spending.look(ALL));
            // It tells of the periods that are now.
            for (String account : List.of("vk-0", "vk-1", "vk-2", "acme")) {
                for (boolean day : new boolean[] {true, false}) {
                    String period = period(account, day);
                    long most =
                            Math.max(
                                    who.model.own.getOrDefault(period, 0L),
                                    who.model.told.getOrDefault(period, 0L));
                    who.model.own.put(period, most);
                    who.model.told.put(period, most);
                    who.model.known.merge(period, most, Math::max);
                }
            }
        }

        private void forgetAll() {
            own.ask(commands -> commands.flushall());
            replicas.forEach(each -> each.model.told.clear());
            gone.forEach(each -> each.told.clear());
        }

        private void check(int step) {
            replicas.forEach(this::flush);
            replicas.forEach(this::flush); // who came first knows now what the last one told
            for (String account : List.of("vk-0", "vk-1", "vk-2", "acme")) {
                Purse purse = account.equals("acme") ? TENANT : Purse.ofKey(account, Budget.NONE);
                for (Replica each : replicas) {
                    Spending.Spent known = each.spending.spent(purse);
                    between(period(account, true), known.day(), step);
                    between(period(account, false), known.month(), step);
                }
            }
        }

        /** One figure where nothing was lost for good. */
        private void between(String period, double known, int step) {
            double least = sum(period);
            double most = known(period);
            assertTrue(
                    least <= known && known <= most,
                    () ->
                            "%s step %d %s: %s is not from %s to %s"
                                    .formatted(name, step, period, known, least, most));
        }

        private double known(String period) {
            long sum = 0;
            for (Replica each : replicas) {
                sum +=
                        Math.max(
                                each.model.own.getOrDefault(period, 0L),
                                each.model.known.getOrDefault(period, 0L));
            }
            for (Model each : gone) {
                sum += each.known.getOrDefault(period, 0L);
            }
            return sum;
        }

        private double sum(String period) {
            long sum = 0;
            for (Replica each : replicas) {
                sum += each.model.own.getOrDefault(period, 0L);
            }
            for (Model each : gone) {
                sum += each.told.getOrDefault(period, 0L);
            }
            return sum;
        }
    }
}
