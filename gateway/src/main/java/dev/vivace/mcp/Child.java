package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program that was started here, with what it started itself: npx and its like only start the
 * server proper. Whose parent has ended is nobody's descendant any more, so they are remembered
 * from when they were seen. Thread-safe.
 */
final class Child {
    private static final List<String> INHERITED = List.of("PATH", "HOME");
    private static final int TERM_MILLIS = 500;
    private static final int MOST_REMEMBERED = 1_000;

    private final Process process;

    /** Guarded by this. Handles know when their process began: none is taken for another. */
    private final Set<ProcessHandle> family = new LinkedHashSet<>();

    private Child(Process process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @throws IOException if that is not possible, with a reason for people
     */
    static Child start(ToolServer.Local options) throws IOException {
        var command = new ArrayList<String>();
        command.add(options.command());
        command.addAll(options.args());
        var builder = new ProcessBuilder(command);
        Map<String, String> env = builder.environment();
        env.keySet().retainAll(INHERITED);
        env.putAll(options.env());
        try {
            return new Child(builder.start());
        } catch (IOException e) {
            // Its message may repeat more of the command line, in which a secret may stand.
            throw new IOException(
                    "the program"
                            + name(options.command())
                            + " cannot be started (is it there and executable?)");
        }
    }

    /** Without where it is; nothing if arguments may stand in it, for clients hear of it. */
    private static String name(String command) {
        String name = command.substring(command.lastIndexOf('/') + 1);
        return name.matches("[\\w.+-]{1,64}") ? " " + name : "";
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    InputStream out() {
        return process.getInputStream();
    }

    InputStream err() {
        return process.getErrorStream();
    }

    OutputStream in() {
        return process.getOutputStream();
    }

    /** Looks who is there now. */
    synchronized void look() {
        family.removeIf(known -> !known.isAlive());
        process.descendants()
                .limit(Math.max(0, MOST_REMEMBERED - family.size()))
                .forEach(family::add);
    }

    /**
     * Has something run a moment after it has ended: until then what it wrote last can be read, if
     * nobody else holds its output open.
     */
    void afterEnd(Runnable action) {
        var unused =
                process.onExit()
                        .thenRunAsync(
                                action,
                                CompletableFuture.delayedExecutor(
                                        TERM_MILLIS,
                                        TimeUnit.MILLISECONDS,
                                        task -> Thread.ofVirtual().start(task)));
    }

    /** Waits for a moment whether it ends by itself; how it ended, or that reason. */
    String endOr(String why) {
        try {
            if (process.waitFor(TERM_MILLIS, TimeUnit.MILLISECONDS)) {
                return "its process ended with exit code " + process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return why;
    }

    /** Ends all of them, first politely and after a moment by force. */
    void kill() {
        List<ProcessHandle> all;
        synchronized (this) {
            look();
            all = new ArrayList<>(family);
        }
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        var ended =
                CompletableFuture.allOf(
                        all.stream()
                                .map(ProcessHandle::onExit)
                                .toArray(CompletableFuture<?>[]::new));
        try {
            ended.completeOnTimeout(null, TERM_MILLIS, TimeUnit.MILLISECONDS).join();
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
