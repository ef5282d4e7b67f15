package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.line.Crash;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One session with a server: says hello, lists what there is, and looks again at what the server
 * says has changed, until it breaks. Used by one thread, but for {@link #end}.
 */
final class BackendSession {
    /** A program that is started may have to be fetched first. */
    private static final Duration LEAST_FOR_HELLO = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(BackendSession.class);
    private static final Duration PING = Duration.ofSeconds(10);

    private final Backend backend;
    private final String version;
    private final Duration pulse;
    private final Hearing hearing = new Hearing();
    private final Link link;
    private final Peer peer;
    private OptionalLong upSince = OptionalLong.empty();

    BackendSession(Backend backend, ToolServer options, String version, Duration pulse) {
        this.backend = backend;
        this.version = version;
        this.pulse = pulse;
        this.link = Links.to(backend.name(), options);
        this.peer = new Peer(backend.name(), link, hearing);
    }

    /** From its beginning to its end; why it ended. Once. */
    String run() throws InterruptedException {
        try (peer) {
            link.open(peer);
            Set<String> can = hello();
            var lists = new Lists(backend.name(), peer);
            Map<Kind, List<ObjectNode>> all = lists.all(can);
            Optional<String> end = hearing.end();
            if (end.isPresent()) {
                return end.get(); // what is missing is missing because of that
            }
            backend.keep(all);
            return attend(lists, can);
        } catch (RpcException e) {
            return "it answered with the error " + e.error().code();
        } catch (TimeoutException e) {
            return "it did not answer in time";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            Crash.log("talking to the mcp server " + backend.name(), e);
            return "the gateway failed on what it said";
        } finally {
            calmly(link::close);
        }
    }

    /** Ends it, before its beginning or in the middle; from any thread. */
    void end(String why) {
        peer.end(why);
    }

    /** Since when it was up; empty if it never was. */
    OptionalLong upSince() {
        return upSince;
    }

    /** What the server said last, for the log; after its end. */
    Optional<String> lastWords() {
        return link.lastWords();
    }

    /** Who ends the gateway interrupts this thread, and a polite end takes its time. */
    private static void calmly(Runnable action) {
        Thread calm = Thread.ofVirtual().name("vivace-mcp-closes").start(action);
        boolean interrupted = false;
        while (calm.isAlive()) {
            try {
                calm.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<String> hello()
            throws RpcException, IOException, TimeoutException, InterruptedException {
        ObjectNode params = Rpc.object();
        params.put("protocolVersion", Rpc.VERSIONS.getFirst());
        params.putObject("capabilities");
        params.putObject("clientInfo").put("name", "vivace").put("version", version);
        JsonNode answer;
        Duration longest = longestHello();
        try {
            answer = peer.ask(McpSchema.METHOD_INITIALIZE, params, longest, Optional.empty());
        } catch (TimeoutException e) {
            throw new IOException(
                    "it has not answered the first message (initialize) within "
                            + longest.toMillis() / 1000.0
                            + " s",
                    e);
        }
        String spoken = answer.path("protocolVersion").asString("");
        if (!Rpc.VERSIONS.contains(spoken)) {
            throw new IOException("it speaks a version of the protocol that is not known here");
        }
        link.ready(
                spoken,
                new JSONRPCNotification(McpSchema.METHOD_NOTIFICATION_INITIALIZED, Rpc.object()));
        return Set.copyOf(answer.path("capabilities").propertyNames());
    }

    private Duration longestHello() {
        Duration asked = backend.terms().timeout();
        return asked.compareTo(LEAST_FOR_HELLO) > 0 ? asked : LEAST_FOR_HELLO;
    }

    /** Is up, and looks again at what the server says has changed, until it breaks. */
    private String attend(Lists lists, Set<String> can) throws InterruptedException {
        backend.up(peer, can);
        upSince = OptionalLong.of(System.nanoTime());
        LOG.info(
                "mcp server {} is running: {} tools",
                backend.name(),
                backend.list(Kind.TOOLS).size());
        long pulseAt = System.nanoTime() + pulse.toNanos();
        while (true) {
            Optional<Kind> again = hearing.await(pulseAt);
            Optional<String> end = hearing.end();
            if (end.isPresent()) {
                // Before the link is closed, which takes a moment.
                backend.down(end.get(), System.nanoTime());
                return end.get();
            }
            if (again.isPresent()) {
                refresh(lists, again.get());
            } else {
                link.pulse();
                ping();
                pulseAt = System.nanoTime() + pulse.toNanos();
            }
        }
    }

    /** A list that does not come now comes later: only a link that breaks ends a session. */
    private void refresh(Lists lists, Kind kind) throws InterruptedException {
        try {
            backend.keep(Map.of(kind, lists.fetch(kind)));
        } catch (RpcException | IOException | TimeoutException e) {
            LOG.warn(
                    "mcp server {}: its {} are not there: {}; it is asked again",
                    backend.name(),
                    kind.member,
                    Lists.why(e));
            hearing.later(kind);
        }
    }

    /** A server that is busy may be late. */
    private void ping() throws InterruptedException {
        try {
            var unused = peer.ask(McpSchema.METHOD_PING, Rpc.object(), PING, Optional.empty());
        } catch (RpcException | IOException | TimeoutException e) {
            LOG.debug("mcp server {}: does not answer a ping", backend.name());
        }
    }
}
