package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replay.FakeModel;
import dev.vivace.replay.FakeModel.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ReplayCommandTest {
    private static final String GOOD =
            "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]";

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void record() throws IOException {
        file = Files.writeString(folder.resolve("run.json"), GOOD);
    }

    private static FakeModel model() throws IOException {
        return new FakeModel(
                body -> Reply.json("{\"choices\":[{\"message\":{\"content\":\"b\"}}]}"));
    }

    @Test
    void jsonGoesToStandardOutputAndToTheFile() throws Exception {
        var out = folder.resolve("report.json");
        try (var model = model()) {
            var ran =
                    Ran.of(
                            new ReplayCommand(),
                            file,
                            "--target",
                            model.url(),
                            "--baseline",
                            model.url(),
                            "--json",
                            "--out",
                            out);
            assertEquals(0, ran.code(), ran.err());
            var printed = JsonMapper.shared().readTree(ran.out());
            assertEquals(1, printed.path("answers_equal").intValue());
            assertEquals(1, printed.path("answers_as_recorded").intValue());
            assertEquals(printed, JsonMapper.shared().readTree(Files.readString(out)));
        }
    }

    @Test
    void aPersonGetsATable() throws Exception {
        try (var model = model()) {
            var ran =
                    Ran.of(
                            new ReplayCommand(),
                            file,
                            "--target",
                            model.url(),
                            "--baseline",
                            model.url());
            assertEquals(0, ran.code(), ran.err());
            for (var word :
                    new String[] {
                        "baseline", "target", "p99", "first token", "measured", "computed", "1 of 1"
                    }) {
                assertTrue(ran.out().contains(word), ran.out());
            }
            assertFalse(ran.out().contains("{"));
        }
    }

    @Test
    void failedCallsExitWith1() throws Exception {
        try (var model = new FakeModel(body -> new Reply(500, Map.of(), "oops"))) {
            var ran = Ran.of(new ReplayCommand(), file, "--target", model.url());
            assertEquals(1, ran.code());
            assertTrue(ran.out().contains("conversation 1, call 1: 500: oops"), ran.out());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FILE                                            | --target",
                "--target http://127.0.0.1:9/v1                  | FILE",
                "no-such-file.json --target http://127.0.0.1:9   | no-such-file.json",
                "FILE --target nonsense                          | nonsense",
                "FILE --target http://127.0.0.1:9 --baseline x:y | --baseline",
                "FILE --target http://127.0.0.1:9 --rate 0       | --rate",
                "FILE --target http://127.0.0.1:9 --rate many    | many",
                "FILE --target http://127.0.0.1:9 --concurrency 0 | --concurrency",
                "FILE --target http://127.0.0.1:9 --temperature 3 | --temperature",
                "FILE --target http://127.0.0.1:9 --timeout 0    | --timeout",
                "FILE --target http://127.0.0.1:9 --tools none.json | none.json",
                "FILE --target http://127.0.0.1:9 --tools FILE.x | FILE.x",
                "FILE --target http://127.0.0.1:9 --out no/such/folder/r.json | --out",
                "FILE --target http://127.0.0.1:9 --nonsense     | --nonsense"
            })
    void wrongUseExitsWith2AndSaysWhy(String line, String says) {
        var arguments =
                (Object[])
                        line.strip()
                                .replace("FILE ", file + " ")
                                .replaceAll("FILE$", file.toString())
                                .split(" +");
        var ran = Ran.of(new ReplayCommand(), arguments);
        assertEquals(2, ran.code(), ran.err());
        assertTrue(ran.err().contains(says.strip()), ran.err());
        assertFalse(ran.err().contains("\tat "), ran.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | run.json",
                "[ | line 1",
                "[]\\n{\"messages\": [ | run.json",
                "GOOD\\nGOOD\\n{\"messages\": 1 | line 3",
                "{\"other\": 1} | messages",
                "[{\"role\": 1}] | neither a list of messages"
            })
    void anUnusableFileIsNamedWithItsPlace(String content, String says) throws Exception {
        Files.writeString(file, content.replace("GOOD", GOOD).replace("\\n", "\n"));
        var ran = Ran.of(new ReplayCommand(), file, "--target", "http://127.0.0.1:9/v1");
        assertEquals(2, ran.code(), ran.err());
        assertTrue(ran.err().contains("run.json") && ran.err().contains(says), ran.err());
        assertFalse(ran.err().contains("\tat "), ran.err());
    }

    @Test
    void helpHasAnExample() {
        var ran = Ran.of(new ReplayCommand(), "--help");
        assertEquals(0, ran.code());
        assertTrue(ran.out().contains("Usage") && ran.out().contains("Example"), ran.out());
    }
}
