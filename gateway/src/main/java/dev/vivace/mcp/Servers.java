package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The configured servers, and what they have together. Thread-safe. */
final class Servers implements AutoCloseable {
    /** Who asks what there is right after the start waits so long for servers that start. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final List<Backend> backends;
    private final Consumer<Kind> changed;
    private final long patienceEnds = System.nanoTime() + PATIENCE_NANOS;
    private final Names tools;
    private final Names prompts = new Names(List.of());
    private volatile Catalogue catalogue = Catalogue.EMPTY;

    /**
     * @param reserved names that no tool may have
     * @param changed told when something has changed of what there is
     */
    Servers(
            Map<String, ToolServer> configured,
            String version,
            List<String> reserved,
            Consumer<Kind> changed) {
        this.changed = changed;
        this.tools = new Names(reserved);
        this.backends =
                configured.entrySet().stream()
                        .map(server ->
                                new Backend(
                                        server.getKey(), server.getValue(), version, this::rebuild))
                        .toList();
    }

    void start() {
        backends.forEach(Backend::start);
    }

    private void rebuild(Backend of, Kind kind) {
        synchronized (this) {
            catalogue = Catalogue.of(backends, catalogue, tools, prompts);
        }
        changed.accept(kind);
    }

    /** What there is now. */
    Catalogue now() {
        return catalogue;
    }

    /** What there is, once all servers have been started or have failed; or late. */
    Catalogue started() throws InterruptedException {
        for (Backend backend : backends) {
            backend.awaitTried(patienceEnds);
        }
        return catalogue;
    }

    /** The server of that name; empty if there is none. */
    Optional<Backend> find(String name) {
        return backends.stream().filter(backend -> backend.name().equals(name)).findFirst();
    }

    List<Backend> all() {
        return backends;
    }

    Map<String, Optional<String>> problems() {
        var problems = new LinkedHashMap<String, Optional<String>>();
        backends.forEach(backend -> problems.put(backend.name(), backend.problem()));
        return problems;
    }

    @Override
    public void close() {
        List<Thread> closing =
                backends.stream().map(backend -> Thread.ofVirtual().start(backend::close)).toList();
        for (Thread each : closing) {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
