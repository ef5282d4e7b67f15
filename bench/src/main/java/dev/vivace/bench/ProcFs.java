package dev.vivace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** What Linux says a process and its descendants have used. A process that has ended counts 0. */
final class ProcFs {
    /** Fixed for user space on every architecture that Linux has today. */
    private static final long MICROS_PER_TICK = 10_000;

    private static final Path PROC = Path.of("/proc");

    private ProcFs() {}

    static boolean isThere() {
        return Files.isReadable(PROC.resolve("self/stat"));
    }

    /** User and system time, in microseconds, in steps of 10 milliseconds. */
    static long cpuMicros(ProcessHandle process) {
        return family(process).mapToLong(ProcFs::ticks).sum() * MICROS_PER_TICK;
    }

    /** Resident memory in bytes; what several processes share counts for each of them. */
    static long residentBytes(ProcessHandle process) {
        return family(process).mapToLong(ProcFs::resident).sum();
    }

    /** How many files and sockets a process has open. */
    static int openFiles(ProcessHandle process) {
        try (var files = Files.list(PROC.resolve(process.pid() + "/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The processor's name, or what the JVM calls its architecture. */
    static String cpuModel() {
        try (var lines = Files.lines(PROC.resolve("cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(architecture());
        } catch (IOException e) {
            return architecture();
        }
    }

    private static String architecture() {
        return Objects.requireNonNull(System.getProperty("os.arch"));
    }

    private static Stream<Long> family(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants()).map(ProcessHandle::pid);
    }

    private static long ticks(long pid) {
        return ticks(read(pid, "stat"));
    }

    /** The second field is the program's name in brackets, and may hold spaces and brackets. */
    static long ticks(String stat) {
        var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return fields.length < 13 ? 0 : Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static long resident(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }

    private static String read(long pid, String name) {
        try {
            return Files.readString(PROC.resolve(pid + "/" + name));
        } catch (IOException e) {
            return "";
        }
    }
}
