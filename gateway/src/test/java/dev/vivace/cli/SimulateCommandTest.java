package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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

class SimulateCommandTest {
    private static final Pattern READY =
            Pattern.compile("Vivace simulator on (http://127\\.0\\.0\\.1:\\d+) \\(.+\\)");

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
        Ran result = Ran.of(new SimulateCommand(), flag, value);
        assertEquals(2, result.code());
        assertTrue(result.err().contains(says), result.err());
        assertTrue(!result.err().contains("\tat "), result.err());
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();
            Ran result = Ran.of(new SimulateCommand(), "--port", port);
            assertNotEquals(0, result.code());
            assertTrue(result.err().contains(port), result.err());
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
                                Main.class.getName(),
                                "simulate",
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
}
