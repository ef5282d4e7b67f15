package dev.vivace.simulator;

import dev.vivace.simulator.Transcript.Chunk;
import dev.vivace.simulator.Transcript.Ending;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One request and its answer, from arrival to the one end that is counted. Lives on the event loop;
 * only the answer is computed elsewhere.
 */
final class Exchange {
    static final String SERVER = "vivace-simulator";
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int MAX_WRITE = 64 << 10;
    private static final long REFUSED_BODY_MS = 1_000;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Counters counters;
    private final Memory memory;
    private String requestId = "req_simulator";
    private long held;
    private volatile long digest;
    private boolean ended;
    private @Nullable Transcript transcript;
    private long startNanos = System.nanoTime();
    private int next;

    Exchange(Vertx vertx, HttpServerRequest request, Counters counters, Memory memory) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.counters = counters;
        this.memory = memory;
        response.closeHandler(closed -> abort());
        response.exceptionHandler(broken -> abort());
        request.exceptionHandler(broken -> abort());
    }

    /** An answer that is neither counted nor simulated. */
    static void answerNow(HttpServerRequest request, int status, JsonNode body) {
        request.response()
                .setStatusCode(status)
                .putHeader("server", SERVER)
                .putHeader("content-type", "application/json")
                .end(Buffer.buffer(Json.bytes(body)));
    }

    /** The call's number, for its {@code x-request-id}. */
    void number(long number) {
        requestId = "req_simulator_" + number;
    }

    /** Reads the body, computes the answer off the event loop, and plays it. */
    void read(Function<byte[], Transcript> compute, String path) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (transcript != null) {
                return;
            }
            if (body.length() + part.length() > Memory.MAX_BODY) {
                refuse(
                        ApiError.tooLarge(
                                "the body has more than %d bytes".formatted(Memory.MAX_BODY)),
                        path);
            } else if (!memory.take(part.length())) {
                refuse(ApiError.server(503, "too many large requests at once"), path);
            } else {
                held += part.length();
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            if (transcript == null && !ended) {
                startNanos = System.nanoTime();
                vertx.executeBlocking(() -> compute(compute, body.getBytes()), false)
                        .onComplete(this::play, error -> failed(error, path));
            }
        });
    }

    private Transcript compute(Function<byte[], Transcript> compute, byte[] body) {
        digest = Meaning.of(body);
        counters.asked(digest);
        return compute.apply(body);
    }

    /** The rest of the body is let go by; who sends it for long is cut off. */
    private void refuse(ApiError error, String path) {
        Transcript refusal = Transcript.error(error, Engine.doorAt(path));
        play(refusal);
        long timer = vertx.setTimer(REFUSED_BODY_MS, late -> request.connection().close());
        request.endHandler(end -> vertx.cancelTimer(timer));
    }

    private void failed(Throwable error, String path) {
        LOG.error("a call to {} failed", path, error);
        play(
                Transcript.error(
                        ApiError.server(500, "the simulator failed; its log says why"),
                        Engine.doorAt(path)));
    }

    /** Gives the answer at its pace. */
    void play(Transcript answer) {
        if (ended) {
            return;
        }
        transcript = answer;
        step(answer);
    }

    private void step(Transcript answer) {
        if (ended) {
            return;
        }
        List<Chunk> chunks = answer.chunks();
        double elapsedMs = (System.nanoTime() - startNanos) / 1e6;
        Buffer due = Buffer.buffer();
        while (next < chunks.size()
                && chunks.get(next).atMs() <= elapsedMs
                && due.length() < MAX_WRITE) {
            if (next == 0) {
                answer.firstByte().run();
                head(answer);
            }
            due.appendBytes(chunks.get(next++).bytes());
        }
        if (next == chunks.size()) {
            finish(answer, due);
            return;
        }
        if (due.length() > 0) {
            response.write(due);
        }
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                step(answer);
            });
        } else {
            double delay = chunks.get(next).atMs() - elapsedMs;
            vertx.setTimer(Math.max(1, (long) Math.ceil(delay)), tick -> step(answer));
        }
    }

    private void head(Transcript answer) {
        response.setStatusCode(answer.status())
                .putHeader("server", SERVER)
                .putHeader("x-request-id", requestId);
        answer.headers().forEach(response::putHeader);
        if (answer.stream()) {
            response.setChunked(true).putHeader("cache-control", "no-cache");
        } else {
            response.putHeader("content-length", Long.toString(answer.length()));
        }
    }

    /** Counts before the last byte leaves: who has seen an answer's end finds it counted. */
    private void finish(Transcript answer, Buffer last) {
        if (answer.ending() == Ending.NEVER) {
            return;
        }
        end(answer.bill(), false);
        if (answer.ending() == Ending.COMPLETE) {
            response.end(last);
        } else if (last.length() == 0) {
            reset();
        } else {
            response.write(last).onComplete(written -> reset());
        }
    }

    /** A real reset instead of an orderly close, which Vert.x itself has no way to ask for. */
    private void reset() {
        if (request.connection() instanceof ConnectionBase connection) {
            Channel channel = connection.channel();
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        } else {
            request.connection().close();
        }
    }

    /** The client has gone: what it was not sent is not written. */
    private void abort() {
        Transcript answer = transcript;
        Bill bill = Bill.NOTHING;
        if (answer != null && !answer.chunks().isEmpty()) {
            bill = answer.bill().cutTo((double) next / answer.chunks().size());
        }
        end(bill, true);
    }

    private void end(Bill bill, boolean aborted) {
        if (!ended) {
            ended = true;
            memory.give(held);
            counters.ended(bill, aborted, digest);
        }
    }
}
