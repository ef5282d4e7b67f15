package dev.vivace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process of ours. None outlives the bench: those still there when it ends, on Ctrl-C too, are
 * killed with their descendants. What it prints goes to a file.
 */
final class Child implements AutoCloseable {
    private static final Set<Child> ALIVE = ConcurrentHashMap.newKeySet();
    private static final Pattern ADDRESS = Pattern.compile("http://[^/\\s:]+:(\\d+)");

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Child::kill), "kill children"));
    }

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * @param log where its standard output and error go; its earlier content is lost
     */
    static Child start(String name, Path log, List<String> command) {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            var child = new Child(name, process, log);
            ALIVE.add(child);
            return child;
        } catch (IOException e) {
            throw new BenchException(name + " does not start: " + e.getMessage());
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for the line in which it says where it listens.
     *
     * @param upstream a port that it may name too, and that is not its own; 0: none
     * @throws BenchException if it ends or says nothing in time, with the last that it said
     */
    int awaitPort(int upstream, Duration most) {
        long until = System.nanoTime() + most.toNanos();
        while (true) {
            var port =
                    ADDRESS.matcher(output())
                            .results()
                            .mapToInt(address -> Integer.parseInt(address.group(1)))
                            .filter(candidate -> candidate != upstream)
                            .findFirst();
            if (port.isPresent()) {
                return port.getAsInt();
            }
            pause(until);
        }
    }

    /** Waits a millisecond for it to do something; complains if it ended or time is up. */
    void pause(long untilNanos) {
        pause(Duration.ofMillis(1));
        if (System.nanoTime() > untilNanos) {
            throw new BenchException(name + " is not ready in time: " + lastWords());
        }
    }

    /** Waits, and complains if it ends. */
    void pause(Duration time) {
        try {
            if (process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchException(
                        "%s ended with %d: %s".formatted(name, process.exitValue(), lastWords()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
    }

    /**
     * Waits for its end.
     *
     * @return what it printed
     * @throws BenchException if it takes longer or fails
     */
    String awaitSuccess(Duration most) {
        try {
            if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchException(name + " hangs: " + lastWords());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
        if (process.exitValue() != 0) {
            throw new BenchException(name + " failed: " + lastWords());
        }
        return output();
    }

    @Override
    public void close() {
        kill();
        ALIVE.remove(this);
    }

    private String lastWords() {
        var lines = output().strip().lines().toList();
        var last = lines.subList(Math.max(0, lines.size() - 3), lines.size());
        return last.isEmpty() ? "it said nothing" : String.join(" | ", last);
    }

    /** Politely, then not. The descendants are listed first: afterwards they are nobody's. */
    private void kill() {
        var family = Stream.concat(Stream.of(handle()), handle().descendants()).toList();
        handle().destroy();
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
