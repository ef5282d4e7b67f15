package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vivace.bench.SelectData.Question;
import dev.vivace.bench.SelectLearning.Teacher;
import dev.vivace.bench.SelectReport.Row;
import dev.vivace.command.Console;
import dev.vivace.select.ToolIndex;
import dev.vivace.tool.ToolDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class SelectCommandTest {
    private static final Path DATA = Path.of("../../shared/data").toAbsolutePath().normalize();

    @TempDir Path folder;

    private static ToolDefinition tool(String name, String description) {
        return new ToolDefinition(name, description, JsonMapper.shared().createObjectNode());
    }

    @Test
    void countsThePlaceOfTheRightTool() {
        var tools = new ArrayList<ToolDefinition>();
        for (int i = 0; i < 12; i++) {
            tools.add(tool("t" + i, ""));
        }
        var questions = new ArrayList<Question>();
        for (String right : List.of("t0", "t4", "t5", "t9", "t11")) {
            questions.add(new Question("q", Set.of(right, "none")));
        }
        assertEquals(new Recall(0.2, 0.4, 0.8), Recall.of(questions, request -> tools));
        assertEquals(new Recall(0, 0, 0), Recall.of(questions, request -> List.of()));
    }

    @Test
    void readsTheDataAsTheyAre() throws IOException {
        write("metatool/plugin_des.json.gz", "{\"a\": \"does a\", \"b\": \"does b\"}");
        write("metatool/queries.jsonl.gz", "{\"query\": \"do b\", \"tool\": \"b\"}\n");
        write(
                "bfcl/live_multiple.jsonl.gz",
                """
                {"id": "1", "question": [[{"role": "system", "content": "be good"}, {"role": "user", "content": "do"}]], \
                "function": [{"name": "f", "description": "x", "parameters": {}}, {"name": "g", "description": "", "parameters": {}}]}
                {"id": "2", "question": [[{"role": "user", "content": "go"}]], \
                "function": [{"name": "f", "description": "other", "parameters": {}}]}
                """);
        assertEquals(1, SelectData.missing(folder).size());
        write(
                "bfcl/live_multiple.gold.jsonl.gz",
                "{\"id\": \"1\", \"ground_truth\": [{\"g\": {}}]}\n"
                        + "{\"id\": \"2\", \"ground_truth\": [{\"f\": {}}]}\n");
        assertEquals(List.of(), SelectData.missing(folder));
        var metatool = SelectData.metatool(folder);
        assertEquals(List.of(tool("a", "does a"), tool("b", "does b")), metatool.tools());
        assertEquals(List.of(new Question("do b", Set.of("b"))), metatool.questions());
        var bfcl = SelectData.bfcl(folder);
        assertEquals(List.of(tool("f", "x"), tool("g", "")), bfcl.tools());
        assertEquals(
                List.of(new Question("do\n", Set.of("g")), new Question("go\n", Set.of("f"))),
                bfcl.questions());
    }

    private void write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void saysThatThereAreNoData() {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console =
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = BenchMain.program().run(console, "select", "--data", folder.toString());
        assertEquals(0, code);
        assertEquals("", out.toString(StandardCharsets.UTF_8));
        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(said.startsWith("Nothing was measured: there is no " + folder), said);
    }

    @Test
    void whatIsBelowPlainBm25IsAFailure() {
        var speed = new SelectSpeed(1, 1, 1, 1);
        for (boolean good : new boolean[] {true, false}) {
            var recall = new Recall(good ? 0.376 : 0.375, 0.545, 0);
            var row = new Row("metatool", "", 1, 1, recall, true);
            var report = new SelectReport(1, List.of(row), speed);
            assertEquals(good, report.holds());
            assertTrue(report.table().contains(good ? "reached" : "MISSED"));
            assertEquals(
                    good,
                    JsonMapper.shared()
                            .readTree(report.json())
                            .path("rows")
                            .path(0)
                            .path("reached")
                            .booleanValue());
        }
    }

    @Test
    void findsAtLeastAsMuchAsPlainBm25AndLearns() throws IOException {
        assumeTrue(
                SelectData.missing(DATA).isEmpty(), () -> "skipped, there are no data in " + DATA);
        var metatool = SelectData.metatool(DATA);
        var bfcl = SelectData.bfcl(DATA);
        var plain = recall(metatool, ToolIndex.of(metatool.tools()));
        assertTrue(plain.at1() >= 0.376 && plain.at5() >= 0.545, plain::text);
        var full = recall(bfcl, ToolIndex.of(bfcl.tools()));
        assertTrue(full.at1() >= 0.52 && full.at10() >= 0.84, full::text);
        var names = recall(bfcl, ToolIndex.withoutParameters(bfcl.tools()));
        assertTrue(full.at1() >= names.at1() + 0.05, names::text);
        var learning = new SelectLearning(metatool, 1_000, 1);
        double before = learning.before().at1();
        assertTrue(learning.after(Teacher.TOLD).at1() >= before + 0.1);
        assertTrue(learning.after(Teacher.SHOWN).at1() >= before + 0.1);
    }

    private static Recall recall(SelectData data, ToolIndex index) {
        return Recall.of(
                data.questions(),
                request ->
                        index.rank(request, Recall.DEEP).stream()
                                .map(ToolIndex.Ranked::tool)
                                .toList());
    }
}
