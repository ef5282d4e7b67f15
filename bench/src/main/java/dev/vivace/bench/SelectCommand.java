package dev.vivace.bench;

import dev.vivace.bench.SelectLearning.Teacher;
import dev.vivace.bench.SelectReport.Row;
import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.select.ToolIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code vivace bench select}. */
final class SelectCommand implements Command {
    private static final int FEEDBACKS = 1_000;

    @Override
    public Usage usage() {
        return new Usage("select", "Looks how often the right tool is found, and how fast.")
                .details(
                        "On requests that other people recorded, with the right tool of each: MetaTool, and BFCL"
                                + " live_multiple with the functions of all questions in one pool. Exit code 1"
                                + " if plain BM25 does better. Without the data nothing is measured, and"
                                + " that is said.")
                .option("data", "DIR", "Where the data is; ../shared/data if left out.")
                .option("seed", "N", "1", "The same seed teaches the same requests.")
                .flag("json", "Print JSON instead of the table.")
                .option("out", "FILE", "Write the JSON there as well.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        var home = Path.of(System.getProperty("vivace.home", "."));
        var folder =
                given.find("data", Kind.PATH)
                        .orElse(home.resolve("../shared/data"))
                        .toAbsolutePath()
                        .normalize();
        var missing = SelectData.missing(folder);
        if (!missing.isEmpty()) {
            console.err()
                    .println(
                            "Nothing was measured: there is no "
                                    + missing.getFirst()
                                    + ". --data says where the data is.");
            return 0;
        }
        long seed = given.get("seed", Kind.LONG);
        var metatool = SelectData.metatool(folder);
        var bfcl = SelectData.bfcl(folder);
        var rows = new ArrayList<Row>();
        for (SelectData data : List.of(metatool, bfcl)) {
            cold(data, rows);
        }
        learned(metatool, FEEDBACKS, seed, rows);
        learned(bfcl, bfcl.questions().size() / 2, seed, rows);
        var report = new SelectReport(seed, rows, SelectSpeed.of(metatool, bfcl));
        console.out().println(given.has("json") ? report.json() : report.table());
        var file = given.find("out", Kind.PATH);
        if (file.isPresent()) {
            Files.writeString(file.get(), report.json());
        }
        return report.holds() ? 0 : 1;
    }

    private static void cold(SelectData data, List<Row> rows) {
        rows.add(
                cold(
                        data,
                        "names and descriptions",
                        ToolIndex.withoutParameters(data.tools()),
                        false));
        rows.add(cold(data, "and parameters and enumerations", ToolIndex.of(data.tools()), true));
    }

    private static Row cold(SelectData data, String what, ToolIndex index, boolean bound) {
        var recall =
                Recall.of(
                        data.questions(),
                        request ->
                                index.rank(request, Recall.DEEP).stream()
                                        .map(ToolIndex.Ranked::tool)
                                        .toList());
        return new Row(
                data.name(), what, data.tools().size(), data.questions().size(), recall, bound);
    }

    private static void learned(SelectData data, int feedbacks, long seed, List<Row> rows) {
        var learning = new SelectLearning(data, feedbacks, seed);
        rows.add(row(data, learning, "the other requests, before", learning.before()));
        for (Teacher teacher : Teacher.values()) {
            rows.add(
                    row(
                            data,
                            learning,
                            "%,d feedbacks, %s".formatted(feedbacks, teacher.what()),
                            learning.after(teacher)));
        }
    }

    private static Row row(SelectData data, SelectLearning learning, String what, Recall recall) {
        return new Row(data.name(), what, data.tools().size(), learning.examined(), recall, false);
    }
}
