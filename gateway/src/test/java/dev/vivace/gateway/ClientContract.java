package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client must not notice: whether it talks to the gateway or to what is behind it.
 *
 * @param <C> the client
 * @param <Q> its request
 * @param <A> its answer, whole
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientContract<C, Q, A> {
    static final String WORDS = "the provider's words";

    final Simulator simulator = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
    final Gateway gateway = Gateways.to(URI.create(simulator.address() + "/v1"));
    C direct;
    C client;

    /** Where its calls go. */
    abstract String path();

    /** One that asks the provider, or a gateway, at this address, and does not ask again. */
    abstract C client(URI at);

    abstract void close(C client);

    abstract Q ask(String question);

    abstract Q askForTools(String question);

    abstract A whole(C at, Q request) throws Exception;

    /** Asks for a stream and puts it together. */
    abstract A streamed(C at, Q request) throws Exception;

    /** Fails unless both say the same. */
    abstract void same(A expected, A got);

    /** What the client makes of a status. */
    abstract Map<Integer, Class<? extends RuntimeException>> errors();

    /** What the client makes of a provider that is not there. */
    abstract Class<? extends RuntimeException> unavailable();

    /** An error body of the provider's that holds {@link #WORDS}. */
    abstract String errorBody();

    /** Fails unless the client knows of an error what it can. */
    abstract void check(RuntimeException error, int status, String says);

    /** Begins a stream of events that does not end before its reader has gone. */
    abstract void openEnd(Upstream.Reply reply) throws Exception;

    /** Asks for a stream, reads its first text, and leaves. */
    abstract void leave(C at, Q request) throws Exception;

    @BeforeAll
    void start() {
        direct = client(simulator.address());
        client = client(gateway.address());
    }

    @AfterAll
    void stop() {
        close(direct);
        close(client);
        gateway.close();
        simulator.close();
    }

    @BeforeEach
    void forget() {
        simulator.reset();
    }

    final long upstreamCalls(String path) {
        return simulator.stats().requests().getOrDefault(path, 0L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersInBothFormsWhicheverCameFirst(boolean streamFirst) throws Exception {
        for (Q request :
                List.of(ask("plain " + streamFirst), askForTools("tools " + streamFirst))) {
            A expected = whole(direct, request);
            simulator.reset();
            if (streamFirst) {
                same(expected, streamed(client, request));
            }
            same(expected, whole(client, request));
            same(expected, streamed(client, request));
            same(expected, whole(client, request));
            assertEquals(1, upstreamCalls(path()), "all but the first were hits");
        }
    }

    @Test
    void errorsKeepTheirKindAndTheProvidersWords() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var failing = Gateways.to(upstream.url())) {
            C asking = client(failing.address());
            for (var kind : errors().entrySet()) {
                upstream.script((call, reply) -> reply.json(kind.getKey(), errorBody()));
                check(
                        assertThrows(kind.getValue(), () -> whole(asking, ask("error"))),
                        kind.getKey(),
                        WORDS);
                check(
                        assertThrows(kind.getValue(), () -> streamed(asking, ask("error"))),
                        kind.getKey(),
                        WORDS);
            }
            upstream.close();
            check(assertThrows(unavailable(), () -> whole(asking, ask("gone"))), 502, "127.0.0.1");
            close(asking);
        }
    }

    @Test
    void closingAStreamEarlyClosesTheUpstreams() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            try {
                                reply.begin("text/event-stream");
                                openEnd(reply);
                            } finally {
                                closed.countDown();
                            }
                        });
                var through = Gateways.to(upstream.url())) {
            C asking = client(through.address());
            leave(asking, ask("cancel"));
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            Gateways.awaitIdle(through);
            close(asking);
        }
    }
}
