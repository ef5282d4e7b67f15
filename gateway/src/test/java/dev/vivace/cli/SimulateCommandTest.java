package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulateCommandTest {
    private static final Pattern READY =
            Pattern.compile("Vivace simulator on (http://127\\.0\\.0\\.1:\\d+) \\(.+\\)");

    private record Result(int code, String text) {}

    private static Result run(String... arguments) {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        int code =
                new CommandLine(new SimulateCommand()).setOut(out).setErr(out).execute(arguments);
        return new Result(code, text.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "--port, many, many",
        "--port, 70000, 70000",
        "--fault, smoke=1, smoke",
        "--fault, 500=2, 2",
        "--fault, 500, 500",
        "--time-scale, -1, -1",
        "--tokens-per-minute, -5, -5",
        "--script, no-such-file.json, no-such-file.json",
        "--nonsense, 1, --nonsense"
    })
    void wrongValuesExit2AndAreNamed(String flag, String value, String says) {
        Result result = run(flag, value);
        assertEquals(2, result.code());
        assertTrue(result.text().contains(says), result.text());
        assertTrue(!result.text().contains("\tat "), result.text());
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();
            Result result = run("--port", port);
            assertNotEquals(0, result.code());
            assertTrue(result.text().contains(port), result.text());
        }
    }

    @Test
    void itSaysWhenItIsReadyAndEndsWell() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process =
                new ProcessBuilder(
                                java,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Alone.class.getName(),
                                "--port",
                                "0",
                                "--time-scale",
                                "0")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var out = process.inputReader();
                var client = HttpClient.newHttpClient()) {
            var ready = READY.matcher(String.valueOf(out.readLine()));
            assertTrue(ready.matches());
            var models = HttpRequest.newBuilder(URI.create(ready.group(1) + "/v1/models")).build();
            assertEquals(200, client.send(models, BodyHandlers.ofString()).statusCode());
            process.destroy();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    /** A program with this command only. */
    static final class Alone {
        private Alone() {}

        public static void main(String[] arguments) {
            System.exit(new CommandLine(new SimulateCommand()).execute(arguments));
        }
    }
}
