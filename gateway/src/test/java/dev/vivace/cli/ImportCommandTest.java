package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    private static final String PROXY =
            """
            model_list:
              - { model_name: m, litellm_params: { model: groq/m, top_k: 1 } }
            """;

    @TempDir private Path folder = Path.of("");

    @Test
    void writesToStandardOutputAndSaysWhatIsLost() throws IOException {
        Path file = Files.writeString(folder.resolve("config.yaml"), PROXY);
        Ran ran = Ran.of(new ImportCommand(), file);
        assertEquals(0, ran.code());
        assertTrue(ran.out().contains("m: { chain: [groq/m] }"), ran.out());
        assertEquals(file + ":2: model_list[0].litellm_params.top_k: is not kept\n", ran.err());
    }

    @Test
    void writesAFileButNeverOverOne() throws IOException {
        Path file = Files.writeString(folder.resolve("config.yaml"), PROXY);
        Path out = folder.resolve("vivace.yaml");
        assertEquals(0, Ran.of(new ImportCommand(), file, "--out", out).code());
        String made = Files.readString(out);
        assertEquals(Ran.of(new ImportCommand(), file).out(), made);
        Ran again = Ran.of(new ImportCommand(), file, "--out", out);
        assertEquals(2, again.code());
        assertTrue(again.err().contains("is there already"), again.err());
        assertEquals(made, Files.readString(out));
    }

    @Test
    void endsWithTwoIfNothingCanBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("config.yaml"), "model_list: []\n");
        Ran ran = Ran.of(new ImportCommand(), file);
        assertEquals(2, ran.code());
        assertEquals("", ran.out());
        assertTrue(ran.err().contains("no model that can be used"), ran.err());
    }
}
