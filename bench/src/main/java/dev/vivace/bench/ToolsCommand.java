package dev.vivace.bench;

import dev.vivace.bench.TimedTools.Graph;
import dev.vivace.bench.TimedTools.Took;
import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.ToolCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code vivace bench tools}. */
final class ToolsCommand implements Command {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int PLENTY = 1_000;
    private static final int GRAPHS = 40;
    private static final int ORDERS = 200;
    private static final int PLACES = 5;
    private static final int TRIES = 4_000;
    private static final int ROUNDS = 1_500;
    private static final int LEARNING = 3;

    private boolean holds = true;

    @Override
    public Usage usage() {
        return new Usage("tools", "Batches of tools: how long they take, and how long they must.")
                .details(
                        "Random graphs of 5 to 100 calls that sleep, beside the longest chain and the best order that a search finds; what the order"
                                + " of 100 calls that do nothing costs; four tools of 50 ms; and which of BFCL's"
                                + " parallel calls run together. Exit code 1 if a target is missed.")
                .option("data", "DIR", "Where BFCL is; ../shared/data if left out.")
                .option("seed", "N", "1", "The same seed makes the same graphs.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException, InterruptedException {
        console.out().println(Machine.here("nothing else").text());
        console.out().println();
        var random = new Random(given.get("seed", Kind.LONG));
        graphs(random, console);
        orders(random, console);
        scheduling(console);
        four(console);
        var home = Path.of(System.getProperty("vivace.home", "."));
        Path data = given.find("data", Kind.PATH).orElse(home.resolve("../shared/data"));
        for (String set : List.of("parallel", "parallel_multiple")) {
            bfcl(data.resolve("bfcl").resolve(set + ".gold.jsonl.gz"), set, console);
        }
        return holds ? 0 : 1;
    }

    private void say(Console console, String what, String figure, String target, boolean reached) {
        holds &= reached;
        console.out()
                .println(
                        "%-58s %12s  %-22s %s"
                                .formatted(what, figure, target, reached ? "reached" : "MISSED"));
    }

    private void graphs(Random random, Console console) throws InterruptedException {
        for (int concurrency : new int[] {PLACES, PLENTY}) {
            var tools = new TimedTools(in -> Effects.PURE);
            for (int i = 0; i < LEARNING; i++) {
                tools.run(Graph.of(random, 60).calls(), PLENTY);
            }
            double[] ratios = new double[GRAPHS];
            for (int i = 0; i < GRAPHS; i++) {
                var graph = Graph.of(random, 5 + random.nextInt(96));
                Took took = tools.run(graph.calls(), concurrency);
                ratios[i] = took.nanos() / 1e3 / graph.atLeastMicros(concurrency);
            }
            String places = concurrency == PLENTY ? "as many as calls" : "" + concurrency;
            say(console, "makespan / lower bound", "places: " + places, ratios);
        }
    }

    /**
     * The order alone, without threads and clocks: what the executor knows are averages of tools,
     * and the best order is found by a search that knows how long each call takes.
     */
    private void orders(Random random, Console console) {
        double[] ratios = new double[ORDERS];
        int best = 0;
        for (int i = 0; i < ORDERS; i++) {
            var graph = Graph.of(random, 5 + random.nextInt(96));
            var search = new OrderSearch(graph.tasks(), PLACES);
            long found = search.best(random, TRIES);
            best += found == search.bound(found) ? 1 : 0;
            var averages = new OrderSearch(graph.averages(), PLACES).levels();
            ratios[i] = (double) search.makespan(averages) / found;
        }
        String sure = "%d surely best".formatted(best);
        say(console, "simulated order / best found", sure, ratios);
    }

    private void say(Console console, String what, String detail, double[] ratios) {
        Arrays.sort(ratios);
        double median = ratios[ratios.length / 2];
        double worst = ratios[ratios.length - 1];
        String target = "at most 1.05";
        String of = "%s, median of %d, %s".formatted(what, ratios.length, detail);
        say(console, of, "%.3f".formatted(median), target, median <= 1.05);
        say(console, "the same, worst", "%.3f".formatted(worst), target, worst <= 1.05);
    }

    private void scheduling(Console console) throws InterruptedException {
        var calls = new ArrayList<ToolCall>();
        for (int i = 0; i < 100; i++) {
            calls.add(new ToolCall("c" + i, "sleep", JSON.objectNode().put("file", "f" + i % 40)));
        }
        var tools =
                new TimedTools(in -> {
                    Resource file = Resource.of("file", in.path("file").asString(""));
                    return in.hashCode() % 3 == 0 ? Effects.write(file) : Effects.read(file);
                });
        double[] micros = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            Took took = tools.run(calls, 5);
            micros[i] = took.nanos() / 1e3 / calls.size();
        }
        Arrays.sort(micros);
        double median = micros[ROUNDS / 2];
        say(
                console,
                "scheduling, 100 calls on 40 files, us a call, median",
                "%.1f".formatted(median),
                "at most 20",
                median <= 20);
    }

    private void four(Console console) throws InterruptedException {
        var calls = new ArrayList<ToolCall>();
        for (int i = 0; i < 4; i++) {
            calls.add(new ToolCall("c" + i, "sleep", JSON.objectNode().put("micros", 50_000)));
        }
        var tools = new TimedTools(in -> Effects.PURE);
        double[] millis = new double[21];
        for (int i = 0; i < millis.length; i++) {
            millis[i] = tools.run(calls, 4).nanos() / 1e6;
        }
        Arrays.sort(millis);
        double median = millis[millis.length / 2];
        say(
                console,
                "four tools of 50 ms, 4 places, ms, median",
                "%.1f".formatted(median),
                "at most 55",
                median <= 55);
    }

    /**
     * Each call writes what its tool and arguments name, so that equal calls conflict and others do
     * not: what such functions touch is not in the data.
     */
    private void bfcl(Path file, String set, Console console)
            throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            console.err().println("BFCL " + set + " was not measured: there is no " + file + ".");
            return;
        }
        var tools =
                new TimedTools(
                        in -> Effects.write(Resource.of("call", in.path("what").asString(""))));
        int independent = 0;
        int together = 0;
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<ToolCall> calls = calls(JsonMapper.shared().readTree(line));
                Took took = tools.run(calls, PLENTY);
                long distinct =
                        calls.stream()
                                .map(call -> call.arguments().path("what"))
                                .distinct()
                                .count();
                independent += (int) distinct;
                together += Math.min((int) distinct, took.together());
            }
        }
        double share = 100.0 * together / independent;
        say(
                console,
                "BFCL %s: independent calls that ran together, of %,d".formatted(set, independent),
                "%.2f %%".formatted(share),
                "at least 99 %",
                share >= 99);
    }

    private static List<ToolCall> calls(JsonNode line) {
        var calls = new ArrayList<ToolCall>();
        for (JsonNode gold : line.path("ground_truth")) {
            ObjectNode arguments = JSON.objectNode().put("micros", 3_000);
            arguments.put("what", gold.toString());
            calls.add(new ToolCall("c" + calls.size(), "sleep", arguments));
        }
        return calls;
    }
}
