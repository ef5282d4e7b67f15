package dev.vivace.bench;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** {@code vivace bench fuzz}. */
final class FuzzCommand implements Command {
    private static final long STEP = 5_000;
    private static final int WARM = 2_000;

    /** Longer than the gateway keeps idle connections to its upstream. */
    private static final Duration SOON = Duration.ofSeconds(70);

    private static final long MORE_HEAP = 48L << 20;
    private static final int MORE_FILES = 20;
    private static final Pattern TROUBLE = Pattern.compile("^\\s+at |Exception|Error\\b|ERROR");

    @Override
    public Usage usage() {
        return new Usage(
                        "fuzz", "Sends nearly right requests to every door, and looks what breaks.")
                .details(
                        "Starts the gateway in a process of its own, before the simulator. Exit code 1 if"
                                + " anything hangs, fails by itself, shows what is inside, or is not given back.")
                .option("count", "N", "100000", "How many requests.")
                .option("seed", "N", "1", "The same seed makes the same requests.")
                .option("from", "N", "0", "Number of the first, to repeat a finding.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException, InterruptedException {
        long count = given.get("count", Kind.LONG);
        long from = given.get("from", Kind.LONG);
        var fuzz = new Fuzz(given.get("seed", Kind.LONG));
        if (count < 1 || from < 0) {
            throw new UsageException("--count must be at least 1, --from at least 0");
        }
        var launcher = Path.of(System.getProperty("vivace.home", "."), "vivace").toAbsolutePath();
        var run = new FuzzRun();
        try (var workspace = new Workspace();
                var upstream = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
                var gateway =
                        Child.start(
                                "the gateway",
                                workspace.file("gateway.log"),
                                List.of(
                                        launcher.toString(),
                                        "serve",
                                        "--port",
                                        "0",
                                        "--upstream",
                                        upstream.address() + "/v1",
                                        "--data",
                                        workspace.file("data").toString()))) {
            int port = gateway.awaitPort(upstream.address().getPort(), Duration.ofMinutes(5));
            // What is loaded and pooled once is no loss: so some run before it is measured.
            new FuzzRun().run(new Fuzz(-1), 0, Math.min(count, WARM), port, ignored -> {});
            long heap = Heap.liveBytes(gateway.handle().pid());
            int files = ProcFs.openFiles(gateway.handle());
            long began = System.nanoTime();
            run.run(
                    fuzz,
                    from,
                    count,
                    port,
                    done -> {
                        if (done % STEP == 0) {
                            console.err()
                                    .println(
                                            done
                                                    + " of "
                                                    + count
                                                    + ", "
                                                    + run.found()
                                                    + " findings");
                        }
                    });
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            after(run, gateway, port, heap, files, console);
            run.findings().forEach(what -> console.out().println(what + "\n"));
            console.out().println(run.table() + "\n" + count + " requests in " + seconds + " s");
        }
        return run.found() == 0 ? 0 : 1;
    }

    /** What must be as before. */
    private static void after(
            FuzzRun run, Child gateway, int port, long heap, int files, Console console)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + SOON.toNanos();
        int filesNow = ProcFs.openFiles(gateway.handle());
        while ((inFlight(port) > 0 || filesNow > files + MORE_FILES) && System.nanoTime() < until) {
            Thread.sleep(100);
            filesNow = ProcFs.openFiles(gateway.handle());
        }
        if (inFlight(port) > 0) {
            run.find(inFlight(port) + " calls are in flight for ever");
        }
        if (filesNow > files + MORE_FILES) {
            run.find("open files and sockets: " + files + " before, " + filesNow + " after");
        }
        long heapNow = Heap.liveBytes(gateway.handle().pid());
        if (heapNow > heap + MORE_HEAP) {
            run.find("live bytes of heap: " + heap + " before, " + heapNow + " after");
        }
        gateway.output()
                .lines()
                .filter(line -> TROUBLE.matcher(line).find())
                .forEach(line -> run.find("in the log: " + line));
        console.out()
                .printf(
                        "live heap %,d -> %,d bytes; open files and sockets %d -> %d%n",
                        heap, heapNow, files, filesNow);
    }

    private static int inFlight(int port) throws IOException {
        try (var wire = new Wire(port, SOON)) {
            var reply =
                    wire.exchange(
                            "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("vivace_in_flight "))
                    .mapToInt(line -> (int) Double.parseDouble(line.substring(17)))
                    .sum();
        }
    }
}
