package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of our own that talks on its standard input and output, one message a line. Each of its
 * three streams has a platform thread: they block in native code for as long as the program is.
 */
final class StdioLink implements Link {
    private static final Logger LOG = LoggerFactory.getLogger(StdioLink.class);

    /** What waits for a program that does not read. */
    private static final long MAX_WAITING_BYTES = 32L << 20;

    private static final int LONGEST_COMPLAINT = 1_000;
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final int MAX_BAD_LINES = 1_000;
    private static final byte[] NO_MORE = {};

    private final String name;
    private final ToolServer.Local options;
    private final LinkedBlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CompletableFuture<String> how = new CompletableFuture<>();
    private final LastWords lastWords;
    private volatile @Nullable Child child;
    private volatile @Nullable Thread complaints;
    private volatile boolean closed;

    StdioLink(String name, ToolServer.Local options) {
        this.name = name;
        this.options = options;
        this.lastWords = new LastWords(options);
    }

    @Override
    public void open(Listener listener) throws IOException {
        Child started = Child.start(options);
        child = started;
        LOG.debug("mcp server {}: process {}", name, started.pid());
        var unusedOut = thread("out", () -> readLines(started, listener));
        complaints = thread("err", () -> readComplaints(started.err()));
        var unusedIn = thread("in", () -> write(started, listener));
        // Somebody else may hold its output open, so that there is no end of it.
        started.afterEnd(() -> ended(started, "its process ended", listener));
        if (closed) {
            close();
        }
    }

    /** What a child starts, it starts before it answers; it is seen while the child is there. */
    @Override
    public void ready(String version, JSONRPCNotification initialized) throws IOException {
        pulse();
        send(initialized);
    }

    @Override
    public void pulse() {
        Child running = child;
        if (running != null) {
            running.look();
        }
    }

    private Thread thread(String stream, Runnable body) {
        return Thread.ofPlatform().daemon().name("vivace-mcp-" + name + "-" + stream).start(body);
    }

    @Override
    public void send(JSONRPCMessage message) throws IOException {
        byte[] line = Rpc.bytes(message);
        if (over.get()) {
            throw new IOException(how());
        }
        if (waitingBytes.addAndGet(line.length) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-line.length);
            throw new IOException("its process does not read what it is sent");
        }
        outgoing.add(line);
    }

    private void write(Child to, Listener listener) {
        try (OutputStream in = to.in()) {
            for (byte[] line = outgoing.take(); line != NO_MORE; line = outgoing.take()) {
                in.write(line);
                in.write('\n');
                in.flush();
                waitingBytes.addAndGet(-line.length);
            }
        } catch (IOException e) {
            ended(to, "its process closed its standard input", listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readLines(Child from, Listener listener) {
        String why = "its process closed its standard output";
        try (InputStream in = from.out()) {
            var lines = new Lines(in, Rpc.LONGEST);
            int bad = 0;
            for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
                bad = take(line, listener) ? 0 : bad + 1;
                if (bad == MAX_BAD_LINES) {
                    why = "it wrote " + bad + " lines in a row that are no messages";
                    break;
                }
            }
        } catch (IOException e) {
            LOG.debug("mcp server {}: {}", name, e.getMessage());
        } finally {
            ended(from, why, listener);
        }
    }

    /** Whether it was one: some programs write greetings where messages belong. */
    private boolean take(Lines.Line line, Listener listener) {
        if (line.cut()) {
            LOG.warn(
                    "mcp server {}: a message is longer than {} bytes and dropped",
                    name,
                    Rpc.LONGEST);
            MessageId.of(line.bytes())
                    .ifPresent(id ->
                            listener.failed(
                                    id, "its answer is longer than " + Rpc.LONGEST + " bytes"));
            return true;
        }
        if (line.bytes().length == 0) {
            return true;
        }
        JSONRPCMessage message;
        try {
            message = Rpc.read(line.bytes());
        } catch (RpcException e) {
            LOG.debug("mcp server {}: wrote a line that is no message: {}", name, e.getMessage());
            heard(line.bytes());
            MessageId.of(line.bytes())
                    .ifPresent(id -> listener.failed(id, "its answer is no valid message"));
            return false;
        }
        listener.message(message);
        return true;
    }

    /** What is no message may say why; half a message would say what tools said to somebody. */
    private void heard(byte[] line) {
        boolean cut = line.length > LONGEST_COMPLAINT;
        String said = shown(cut ? Arrays.copyOf(line, LONGEST_COMPLAINT) : line).strip();
        if (!said.startsWith("{") && !said.startsWith("[") && !said.isEmpty()) {
            lastWords.heard("(to its standard output, where messages belong) " + said, cut);
        }
    }

    private void ended(Child which, String why, Listener listener) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        outgoing.add(NO_MORE);
        String known = which.endOr(why);
        how.complete(known);
        kill(which);
        listener.broken(known);
    }

    /** How it ended; whoever wants to send something meanwhile waits a moment for that. */
    private String how() {
        try {
            return how.get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("mcp server {}: it is not known how it ended", name);
        }
        return "its process has ended";
    }

    /** What it says because it is killed is not what it said last. */
    private void kill(Child which) {
        if (which.isAlive()) {
            lastWords.enough();
        }
        which.kill();
    }

    @Override
    public Optional<String> lastWords() {
        Thread reading = complaints;
        try {
            if (reading != null) {
                // Somebody else may hold it open, so that there is no end of it.
                var unused = reading.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return lastWords.now();
    }

    /** What it says of itself is for whoever looks for a fault. */
    private void readComplaints(InputStream from) {
        try (from) {
            var lines = new Lines(from, LONGEST_COMPLAINT);
            for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
                String said = shown(line.bytes()) + (line.cut() ? "..." : "");
                lastWords.heard(said, line.cut());
                LOG.debug("mcp server {} says: {}", name, said);
            }
        } catch (IOException e) {
            LOG.debug("mcp server {}: {}", name, e.getMessage());
        }
    }

    private static String shown(byte[] line) {
        var text = new ByteArrayOutputStream();
        for (byte b : line) {
            text.write(b >= 0 && b < ' ' ? ' ' : b);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed = true;
        outgoing.add(NO_MORE);
        Child running = child;
        if (running != null) {
            kill(running);
        }
    }
}
