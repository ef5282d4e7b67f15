package dev.vivace.gateway;

import dev.vivace.embedding.EmbeddingCall;
import dev.vivace.embedding.EmbeddingOutcome;
import dev.vivace.json.MeaningDigest;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Delivery;
import dev.vivace.request.RequestScanner;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The door for embedding calls. One per event loop. */
final class EmbeddingDoor {
    private final Parts parts;
    private final BodyReader.Desk bodies;
    private final Stragglers stragglers;
    private final Context context;
    private final Delivery delivery;
    private final RequestScanner scanner = new RequestScanner();
    private final MeaningDigest digest = new MeaningDigest();

    EmbeddingDoor(
            Parts parts,
            BodyReader.Desk bodies,
            Stragglers stragglers,
            HttpDelivery out,
            Context context) {
        this.parts = parts;
        this.bodies = bodies;
        this.stragglers = stragglers;
        this.context = context;
        // A batch may leave on another loop's turn or on a timer's; the delivery knows its own loop
        // only.
        this.delivery = flight -> context.runOnContext(nothing -> out.start(flight));
    }

    void handle(HttpServerRequest request) {
        long at = System.currentTimeMillis();
        Access.Admitted admitted;
        switch (parts.access().enter(request.headers(), true)) {
            case Access.Admitted known -> admitted = known;
            case Access.Refused no -> {
                refuse(new Exchange(request, Errors.OPENAI, stragglers, () -> {}), no, at);
                return;
            }
        }
        bodies.read(
                request,
                admitted.principal(),
                parts.config().limits().bodyBytes(),
                new BodyReader.Wanting() {
                    @Override
                    public void body(byte[] body, Runnable release) {
                        parts.inFlight().increment();
                        var exchange =
                                new Exchange(
                                        request,
                                        Errors.OPENAI,
                                        stragglers,
                                        () -> {
                                            release.run();
                                            parts.inFlight().decrement();
                                        });
                        try {
                            asked(exchange, admitted, body, at);
                        } catch (RuntimeException | Error e) {
                            crashed(exchange, call(Principal.NOBODY, at), e);
                        }
                    }

                    @Override
                    public void refused(int status, String message) {
                        done(
                                new Exchange(request, Errors.OPENAI, stragglers, () -> {}),
                                new EmbeddingOutcome.Unsound(
                                        call(Principal.NOBODY, at), status, message));
                    }
                });
    }

    private Call call(Principal principal, long at) {
        return new Call(
                parts.ids().next(), at, System.nanoTime(), principal, "embeddings", "", false);
    }

    /** The ledger is told more than the client. */
    private void refuse(Exchange exchange, Access.Refused no, long at) {
        var unsound = new EmbeddingOutcome.Unsound(call(no.who(), at), no.status(), no.reason());
        exchange.introduce(
                unsound.call(), unsound.cache(), System.nanoTime() - unsound.call().arrived());
        parts.embeddingSettlement().refused(unsound);
        exchange.refuse(no.status(), no.message());
    }

    private void asked(Exchange exchange, Access.Admitted admitted, byte[] body, long at) {
        RequestHeaders headers = admitted.headers();
        var leaving = new Leaving(exchange);
        exchange.response.exceptionHandler(gone -> leaving.run());
        exchange.response.closeHandler(gone -> leaving.run());
        var asked =
                new EmbeddingCall(
                        call(admitted.principal(), at),
                        Exchange.target(exchange.request),
                        headers.forward(),
                        body,
                        headers.control(),
                        delivery,
                        outcome -> context.runOnContext(nothing -> done(exchange, outcome)));
        leaving.taken(parts.embeddings().ask(asked, scanner, digest));
    }

    /** The client is gone: so that the line knows, whether it has the call already or gets it. */
    private static final class Leaving implements Runnable {
        private final Exchange exchange;
        private Runnable leave = () -> {};

        Leaving(Exchange exchange) {
            this.exchange = exchange;
        }

        void taken(Runnable byLine) {
            leave = byLine;
            if (exchange.response.closed()) {
                run();
            }
        }

        @Override
        public void run() {
            leave.run();
            exchange.over();
        }
    }

    private void done(Exchange exchange, EmbeddingOutcome outcome) {
        try {
            if (outcome instanceof EmbeddingOutcome.Unsound unsound) {
                parts.embeddingSettlement().refused(unsound);
            }
            if (!exchange.response.closed() && !exchange.response.ended()) {
                answer(exchange, outcome);
            }
        } catch (RuntimeException | Error e) {
            exchange.crashed(outcome.call(), e);
        } finally {
            exchange.over();
        }
    }

    /** The line has not taken the call, and writes no ledger entry. */
    private void crashed(Exchange exchange, Call call, Throwable cause) {
        if (exchange.crashed(call, cause)) {
            parts.embeddingSettlement()
                    .refused(new EmbeddingOutcome.Unsound(call, Crash.STATUS, Crash.MESSAGE));
        }
    }

    private static void answer(Exchange exchange, EmbeddingOutcome outcome) {
        long sofar = System.nanoTime() - outcome.call().arrived();
        switch (outcome) {
            case EmbeddingOutcome.Vectors vectors -> vectors(exchange, vectors, sofar);
            case EmbeddingOutcome.Refusal refusal -> {
                exchange.head(refusal.head());
                exchange.introduce(refusal.call(), refusal.cache(), 0);
                exchange.end(refusal.body());
            }
            case EmbeddingOutcome.Failed failed -> {
                exchange.introduce(failed.call(), failed.cache(), 0);
                exchange.refuse(failed.status(), failed.message());
            }
            case EmbeddingOutcome.Unsound unsound -> {
                exchange.introduce(unsound.call(), unsound.cache(), sofar);
                exchange.refuse(unsound.refused());
            }
        }
    }

    private static void vectors(Exchange exchange, EmbeddingOutcome.Vectors vectors, long sofar) {
        MultiMap headers = exchange.headers();
        vectors.head()
                .ifPresentOrElse(
                        exchange::head,
                        () -> headers.set(HttpHeaders.CONTENT_TYPE, "application/json"));
        boolean hit = vectors.cache() == CacheStatus.HIT;
        exchange.introduce(vectors.call(), vectors.cache(), hit ? sofar : 0);
        if (hit) {
            headers.set(HttpHeaders.AGE, Long.toString(vectors.ageSeconds()));
        }
        headers.set(OurHeaders.COST, Money.usd(vectors.costUsd()));
        headers.set(OurHeaders.SAVED, Money.usd(vectors.savedUsd()));
        headers.set(OurHeaders.TOKENS_SAVED, Long.toString(vectors.tokens().saved()));
        exchange.end(vectors.body());
    }
}
