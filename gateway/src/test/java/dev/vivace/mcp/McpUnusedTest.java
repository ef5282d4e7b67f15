package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where no tool servers are configured, nothing of them is loaded. */
class McpUnusedTest {
    @Test
    void nothingIsLoaded(@TempDir Path folder) throws Exception {
        Path arguments = folder.resolve("arguments");
        Files.writeString(arguments, "-cp " + System.getProperty("java.class.path"));
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Xlog:class+load:file=" + folder.resolve("loaded"),
                                "@" + arguments,
                                "dev.vivace.cli.Main",
                                "serve",
                                "--port",
                                "0",
                                "--upstream",
                                "http://127.0.0.1:1/v1")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertTrue(String.valueOf(out.readLine()).contains("http://"));
        } finally {
            process.toHandle().destroy();
            process.waitFor();
        }
        var loaded = new ArrayList<String>();
        for (String line : Files.readAllLines(folder.resolve("loaded"))) {
            String name = line.replaceFirst("^(\\[[^]]*])+ *", "");
            if (name.startsWith("dev.vivace.mcp.")
                    || name.startsWith("io.modelcontextprotocol.")
                    || name.startsWith("reactor.")
                    || name.startsWith("dev.vivace.tool.")) {
                loaded.add(name.split(" ")[0]);
            }
        }
        assertEquals(List.of(), loaded);
    }
}
