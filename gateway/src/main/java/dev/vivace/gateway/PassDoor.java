package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Head;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Flight;
import dev.vivace.line.Models;
import dev.vivace.line.UpstreamRequest;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpServerRequest;

/**
 * The door for everything else under {@code /v1/}: passed through as it is, streaming both ways,
 * uncached.
 */
final class PassDoor {
    private final Parts parts;
    private final HttpDelivery delivery;
    private final EventLoop loop;

    PassDoor(Parts parts, HttpDelivery delivery, EventLoop loop) {
        this.parts = parts;
        this.delivery = delivery;
        this.loop = loop;
    }

    void handle(HttpServerRequest request) {
        parts.inFlight().increment();
        var exchange =
                new Exchange(request, Errors.at(request.path()), parts.inFlight()::decrement);
        RequestHeaders headers;
        try {
            headers = RequestHeaders.of(request.headers(), false);
        } catch (IllegalArgumentException e) {
            exchange.refuse(400, String.valueOf(e.getMessage()));
            return;
        }
        Models.Target target = parts.models().first();
        String tenant = target.keyed() ? Call.LOCAL : parts.tenants().of(headers.credential());
        Call call =
                new Call(
                        parts.ids().next(),
                        System.currentTimeMillis(),
                        System.nanoTime(),
                        tenant,
                        "other",
                        "",
                        false);
        var outgoing =
                new UpstreamRequest(
                        target.upstream(),
                        request.method().name(),
                        Exchange.target(request),
                        headers.forward(),
                        new byte[0]);
        var log = new AnswerLog(0);
        var flight = new Flight(call, outgoing, log, CacheStatus.BYPASS);
        log.onEnd(ended -> parts.settlement().passed(flight));
        var follower =
                new Follower(
                        exchange,
                        loop,
                        null,
                        false,
                        (head, whole) -> introduce(exchange, flight, head),
                        (status, error) -> {});
        AnswerLog.Reader reader = log.read(follower::wake).orElseThrow();
        delivery.start(flight, Exchange.hasBody(request) ? paused(request) : null);
        follower.follow(reader);
    }

    /** Nothing is read from the client before the upstream can take it. */
    private static HttpServerRequest paused(HttpServerRequest request) {
        request.pause();
        return request;
    }

    private static void introduce(Exchange exchange, Flight flight, Head head) {
        long now = System.nanoTime();
        long departed = flight.departed() == 0 ? now : flight.departed();
        long back = flight.firstByte() == 0 ? now : flight.firstByte();
        exchange.introduce(
                flight.call(),
                CacheStatus.BYPASS,
                departed - flight.call().arrived() + (now - back));
    }
}
