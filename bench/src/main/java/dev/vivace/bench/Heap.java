package dev.vivace.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a JVM holds, as the JDK's own tool says. */
final class Heap {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    private Heap() {}

    /** Bytes of what is alive, after a collection of all. */
    static long liveBytes(long pid) throws IOException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process =
                new ProcessBuilder(tool, Long.toString(pid), "GC.class_histogram")
                        .redirectErrorStream(true)
                        .start();
        try (var out = process.getInputStream()) {
            var said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            var total = TOTAL.matcher(said);
            if (!total.find()) {
                throw new BenchException(
                        "jcmd says nothing of the heap: " + said.lines().findFirst().orElse(""));
            }
            return Long.parseLong(total.group(1));
        }
    }
}
