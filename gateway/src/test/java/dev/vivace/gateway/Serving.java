package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gateway in a process of its own. */
final class Serving implements AutoCloseable {
    static final String ADMIN = "x-vivace-admin-key: root-of-all";

    final Process process;
    final BufferedReader err;
    final URI address;

    Serving(URI upstream, Path data, String... more) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.vivace.cli.Main", "serve", "--port", "0"));
        command.addAll(List.of("--upstream", upstream.toString(), "--data", data.toString()));
        command.addAll(List.of(more));
        var child = new ProcessBuilder(command);
        child.environment().put("VIVACE_ADMIN_KEY", "root-of-all");
        process = child.start();
        err = process.errorReader(UTF_8);
        String ready = String.valueOf(process.inputReader(UTF_8).readLine());
        address = URI.create(ready.split(" ")[2]);
    }

    /** Not by the process itself, which would close our ends of its pipes. */
    void stop() {
        process.toHandle().destroy();
    }

    /** Reads on to a line that begins so. */
    String says(String start) throws IOException {
        for (String line = err.readLine(); line != null; line = err.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError("never said: " + start);
    }

    /** As the system does it when memory is short: nothing of it runs any more. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    int exit() throws Exception {
        assertTrue(process.waitFor(40, TimeUnit.SECONDS), "still there");
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
