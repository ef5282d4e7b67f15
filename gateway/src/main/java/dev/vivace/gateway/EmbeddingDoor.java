package dev.vivace.gateway;

import dev.vivace.embedding.EmbeddingCall;
import dev.vivace.embedding.EmbeddingOutcome;
import dev.vivace.json.MeaningDigest;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Delivery;
import dev.vivace.line.Settlement;
import dev.vivace.request.RequestScanner;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The door for embedding calls. One per event loop. */
final class EmbeddingDoor {
    private final Parts parts;
    private final BodyReader.Desk bodies;
    private final Context context;
    private final Delivery delivery;
    private final RequestScanner scanner = new RequestScanner();
    private final MeaningDigest digest = new MeaningDigest();

    EmbeddingDoor(Parts parts, BodyReader.Desk bodies, HttpDelivery out, Context context) {
        this.parts = parts;
        this.bodies = bodies;
        this.context = context;
        // A batch may leave on another loop's turn or on a timer's; the delivery knows its own loop
        // only.
        this.delivery = flight -> context.runOnContext(nothing -> out.start(flight));
    }

    void handle(HttpServerRequest request) {
        long at = System.currentTimeMillis();
        bodies.read(
                request,
                parts.config().limits().bodyBytes(),
                new BodyReader.Wanting() {
                    @Override
                    public void body(byte[] body, Runnable release) {
                        parts.inFlight().increment();
                        asked(
                                new Exchange(
                                        request,
                                        Errors.OPENAI,
                                        () -> {
                                            release.run();
                                            parts.inFlight().decrement();
                                        }),
                                body,
                                at);
                    }

                    @Override
                    public void refused(int status, String message) {
                        done(
                                new Exchange(request, Errors.OPENAI, () -> {}),
                                new EmbeddingOutcome.Unsound(call("", at), status, message));
                    }
                });
    }

    private Call call(String tenant, long at) {
        return new Call(parts.ids().next(), at, System.nanoTime(), tenant, "embeddings", "", false);
    }

    private void asked(Exchange exchange, byte[] body, long at) {
        RequestHeaders headers;
        try {
            headers = RequestHeaders.of(exchange.request.headers(), true);
        } catch (IllegalArgumentException e) {
            done(
                    exchange,
                    new EmbeddingOutcome.Unsound(
                            call("", at), 400, String.valueOf(e.getMessage())));
            return;
        }
        var asked =
                new EmbeddingCall(
                        call(parts.tenants().of(headers.credential()), at),
                        Exchange.target(exchange.request),
                        headers.forward(),
                        body,
                        headers.control(),
                        delivery,
                        outcome -> context.runOnContext(nothing -> done(exchange, outcome)));
        Runnable leave = parts.embeddings().ask(asked, scanner, digest);
        exchange.response.exceptionHandler(gone -> leave.run());
        exchange.response.closeHandler(gone -> {
            leave.run();
            exchange.over();
        });
    }

    private void done(Exchange exchange, EmbeddingOutcome outcome) {
        if (exchange.response.closed() || exchange.response.ended()) {
            exchange.over();
            return;
        }
        long sofar = System.nanoTime() - outcome.call().arrived();
        switch (outcome) {
            case EmbeddingOutcome.Vectors vectors -> vectors(exchange, vectors, sofar);
            case EmbeddingOutcome.Refusal refusal -> {
                exchange.head(refusal.head());
                exchange.introduce(refusal.call(), CacheStatus.MISS, 0);
                exchange.end(refusal.body());
            }
            case EmbeddingOutcome.Failed failed -> {
                exchange.introduce(failed.call(), CacheStatus.MISS, 0);
                exchange.refuse(Settlement.status(failed.failure()), failed.failure().message());
            }
            case EmbeddingOutcome.Unsound unsound -> {
                exchange.introduce(unsound.call(), CacheStatus.BYPASS, sofar);
                parts.embeddingSettlement().refused(unsound);
                exchange.refuse(unsound.status(), unsound.message());
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
        headers.set("x-vivace-cost-usd", Money.usd(vectors.costUsd()));
        headers.set("x-vivace-saved-usd", Money.usd(vectors.savedUsd()));
        headers.set("x-vivace-tokens-saved", Long.toString(vectors.tokens().saved()));
        exchange.end(vectors.body());
    }
}
