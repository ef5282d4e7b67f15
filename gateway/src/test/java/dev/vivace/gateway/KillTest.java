package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.key.Budget;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyJson;
import dev.vivace.key.NewKey;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.ledger.LedgerJson;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} in the middle of many calls: what is kept is whole, and no more is missing from
 * what was spent than what was on its way.
 */
@Timeout(240)
final class KillTest {
    private static final int CALLS = 1_000;
    private static final int AFTERWARDS = 200;
    private static final double TINY = 1e-6;

    @TempDir Path directory;
    private long hits;
    private long joins;
    private int found;

    /** Takes as long as makes calls overlap. */
    @AutoClose
    private final Simulator simulator =
            Simulator.start(SimulatorOptions.defaults().withTimeScale(0.02));

    /** Says what the right answers are, and what they cost; nobody else asks it. */
    @AutoClose
    private final Simulator oracle = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));

    private static URI base(Simulator of) {
        return URI.create(of.address() + "/v1");
    }

    private static NewKey key(ClientKeys keys, String budget) {
        String terms = "{\"tenant\":\"acme\",\"budget_day\":" + budget + "}";
        return keys.create(KeyJson.terms(terms.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * What the file of a gateway that does not run says; a copy, so that it stays as it was left.
     */
    private double spent(Path data, Purse whose) throws IOException {
        Path copy = Files.createTempDirectory(directory, "copy");
        Files.copy(data.resolve("spending.bin"), copy.resolve("spending.bin"));
        try (var spending =
                Spending.open(copy, copy.resolve("none"), Clock.systemUTC(), Optional.empty())) {
            assertTrue(spending.spent(whose).month() >= spending.spent(whose).day());
            return spending.spent(whose).day();
        }
    }

    /** What the simulator has billed, once it has noticed who is gone. */
    private double billed() {
        while (simulator.stats().inFlight() > 0) {
            Thread.onSpinWait();
        }
        return simulator.stats().costUsd();
    }

    /** Every line but one that was cut off is an entry; what they cost together. */
    private static double ledger(Path data, int torn) throws IOException {
        double cost = 0;
        int bad = 0;
        try (Stream<Path> files = Files.list(data.resolve("ledger"))) {
            for (Path file : files.toList()) {
                for (String line : Files.readAllLines(file)) {
                    var entry = LedgerJson.read(line.getBytes(StandardCharsets.UTF_8));
                    bad += entry.isEmpty() && !line.isEmpty() ? 1 : 0;
                    cost += entry.map(known -> known.costUsd()).orElse(0.0);
                }
            }
        }
        assertTrue(bad <= torn, bad + " lines are no entries");
        return cost;
    }

    private static boolean torn(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("ledger"))) {
            Path file = files.sorted().toList().getLast();
            return !Files.readString(file).endsWith("\n");
        }
    }

    @Test
    void whatIsKeptIsWholeWheneverItHappens() throws Exception {
        for (int moment : List.of(150, 400, 850)) {
            killedAfter(moment, moment == 850);
        }
        assertTrue(hits > 0 && joins > 0, hits + " hits, " + joins + " joined calls");
        assertTrue(found > 0, "no answer was found on the disk");
    }

    /**
     * @param cut whether the last line of the ledger is cut in two, which a kill does seldom
     */
    private void killedAfter(int moment, boolean cut) throws Exception {
        Path data = directory.resolve("killed-" + moment);
        NewKey key;
        NewKey revoked;
        try (ClientKeys keys = ClientKeys.of(data)) {
            key = key(keys, "1000");
            revoked = key(keys, "1000");
        }
        Set<String> made = ConcurrentHashMap.newKeySet();
        ManyCalls calls;
        double billedBefore = billed();
        try (var serving = new Serving(base(simulator), data)) {
            calls = new ManyCalls(serving.address, key.secret(), CALLS, moment, serving::kill);
            calls.at(
                    moment / 2,
                    () -> {
                        var terms = "{\"tenant\":\"other\"}";
                        Wire.Answer answer =
                                Wire.ask(serving.address, KeyDoor.PATH, terms, Serving.ADMIN);
                        assertEquals(201, answer.status(), answer.text());
                        made.add(answer.text().replaceAll(".*\"secret\":\"([^\"]*)\".*", "$1"));
                        try (var wire = new Wire(serving.address)) {
                            String path = KeyDoor.PATH + "/" + revoked.key().id();
                            wire.request("DELETE", path, new byte[0], Serving.ADMIN);
                            assertEquals(200, wire.answer().status());
                        }
                    });
            calls.run();
        }
        hits += calls.count("HIT");
        joins += calls.count("JOINED");
        assertTrue(calls.answered().size() >= moment);
        assertFalse(calls.unanswered().isEmpty(), "nothing was in flight");
        assertTrue(calls.unanswered().size() <= ManyCalls.AT_ONCE);

        double billed = billed() - billedBefore;
        double onTheirWay = 0;
        for (int call : calls.unanswered()) {
            onTheirWay += ManyCalls.ask(oracle.address(), "", call).costUsd();
        }
        for (Purse whose :
                List.of(
                        Purse.ofKey(key.key().id(), Budget.NONE),
                        Purse.ofTenant("acme", Budget.NONE))) {
            double spent = spent(data, whose);
            assertTrue(spent <= billed + TINY, spent + " is more than " + billed);
            assertTrue(spent >= calls.costUsd() - TINY, spent + " is less than was answered");
            assertTrue(
                    billed - spent <= onTheirWay + TINY,
                    "%f of %f is missing, %f was on its way"
                            .formatted(billed - spent, billed, onTheirWay));
        }
        double spent = spent(data, Purse.ofKey(key.key().id(), Budget.NONE));
        boolean torn = torn(data);
        assertTrue(ledger(data, torn ? 1 : 0) <= spent + TINY);
        assertEquals(3, ClientKeys.of(data).list().size());
        if (cut && !torn) {
            try (Stream<Path> files = Files.list(data.resolve("ledger"))) {
                Path last = files.sorted().toList().getLast();
                Files.writeString(last, "{\"id\":\"half an en", StandardOpenOption.APPEND);
                torn = true;
            }
        }
        goesOn(data, key, revoked, made, torn);
        double more = billed() - billedBefore - billed;
        Purse purse = Purse.ofKey(key.key().id(), Budget.NONE);
        assertEquals(spent + more, spent(data, purse), TINY, "spent after the restart");
        ledger(data, torn ? 1 : 0);
        try (Stream<Path> files = Files.walk(data)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.getFileName().toString().contains("broken"))
                            .toList());
        }
    }

    /** Starts again on what is there. */
    private void goesOn(Path data, NewKey key, NewKey revoked, Set<String> made, boolean torn)
            throws Exception {
        try (var again = new Serving(base(simulator), data)) {
            assertEquals(200, Wire.get(again.address, "/readyz").status());
            var calls = new ManyCalls(again.address, key.secret(), AFTERWARDS, 0, () -> {});
            calls.run();
            assertEquals(AFTERWARDS, calls.answered().size());
            for (ManyCalls.Answered each : calls.answered()) {
                String right = ManyCalls.ask(oracle.address(), "", each.call()).content();
                assertEquals(right, each.content(), "of call " + each.call());
            }
            for (String secret : made) {
                assertEquals(200, status(again, secret));
            }
            assertEquals(1, made.size());
            assertEquals(401, status(again, revoked.secret()));
            String list = Wire.get(again.address, KeyDoor.PATH, Serving.ADMIN).text();
            assertTrue(list.contains(key.key().id()), list);
            again.stop();
            var said = new ArrayList<>(again.err.lines().toList());
            assertEquals(
                    torn,
                    said.removeIf(line -> line.contains("in the middle of an entry")),
                    said + "");
            said.removeIf(line -> line.startsWith("Stopping") || line.startsWith("All that"));
            said.removeIf(line -> line.contains("refused for want of a valid client key"));
            assertTrue(
                    said.removeIf(line -> line.contains("it is asked without a credential")),
                    said + "");
            said.removeIf(line -> line.startsWith("WARNING: ") || line.isBlank()); // of the JDK
            assertEquals(List.of(), said);
            assertEquals(0, again.exit());
            found += calls.firstHits();
        }
    }

    private static int status(Serving at, String secret) throws Exception {
        return Wire.get(at.address, "/v1/models", "Authorization: Bearer " + secret).status();
    }
}
