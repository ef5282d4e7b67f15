package dev.vivace.gateway;

import dev.vivace.admin.Page;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Invalidation;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The door for operators: health, metrics, ledger, cache, dashboard. */
final class AdminDoor {
    private static final String JSON = "application/json";

    private final Parts parts;
    private final AdminBodies bodies;
    private final Stragglers stragglers;
    private final Context context;
    private final KeyDoor keys;
    private final ToolDoor tools;

    AdminDoor(Parts parts, BodyReader.Desk bodies, Stragglers stragglers, Context context) {
        this.parts = parts;
        this.bodies = new AdminBodies(bodies);
        this.stragglers = stragglers;
        this.context = context;
        this.keys = new KeyDoor(parts.keys(), this.bodies, context);
        this.tools = new ToolDoor(parts.mcp(), this.bodies, context);
    }

    void handle(HttpServerRequest request) {
        var exchange = new Exchange(request, Errors.OPENAI, stragglers, () -> {});
        String path = Objects.requireNonNullElse(request.path(), "");
        Optional<AdminAccess.Refusal> refusal =
                parts.adminAccess().refusal(path, request.headers());
        if (refusal.isPresent()) {
            exchange.refuse(refusal.get().status(), refusal.get().message());
            return;
        }
        if (KeyDoor.isAt(path)) {
            keys.handle(exchange, path);
            return;
        }
        if (ToolDoor.isAt(path)) {
            tools.handle(exchange, path);
            return;
        }
        switch (path) {
            case "/healthz" -> {
                if (allowed(exchange, HttpMethod.GET)) {
                    json(exchange, "{\"status\":\"ok\"}");
                }
            }
            case "/readyz" -> {
                if (allowed(exchange, HttpMethod.GET)) {
                    Readiness.Report report = parts.readiness().report();
                    exchange.response.setStatusCode(report.ready() ? 200 : 503);
                    json(
                            exchange,
                            parts.adminAccess().tellsAll(request.headers())
                                    ? report.json()
                                    : report.brief());
                }
            }
            case "/admin/cache" -> {
                if (allowed(exchange, HttpMethod.GET)) {
                    json(exchange, statistics(parts.cache().statistics()));
                }
            }
            case "/admin/cache/invalidate" -> {
                if (allowed(exchange, HttpMethod.POST)) {
                    invalidate(exchange);
                }
            }
            default -> page(exchange, path);
        }
    }

    private static boolean allowed(Exchange exchange, HttpMethod method) {
        HttpMethod used = exchange.request.method();
        if (used.equals(method) || method.equals(HttpMethod.GET) && used.equals(HttpMethod.HEAD)) {
            return true;
        }
        exchange.headers().set(HttpHeaders.ALLOW, method.name());
        exchange.refuse(
                405,
                exchange.request.path() + " takes " + method.name() + ", not " + used.name() + ".");
        return false;
    }

    /** Pages take milliseconds to make: not on the event loop. */
    private void page(Exchange exchange, String path) {
        HttpServerRequest request = exchange.request;
        if (!parts.pages().has(path)) {
            exchange.refuse(
                    404,
                    "Nothing is at "
                            + shown(path)
                            + "; the API is under /v1/, the dashboard at /.");
            return;
        }
        if (!allowed(exchange, HttpMethod.GET)) {
            return;
        }
        MultiMap parameters;
        try {
            parameters = request.params();
        } catch (IllegalArgumentException e) {
            exchange.refuse(400, "The query of " + shown(path) + " cannot be read.");
            return;
        }
        context.<Optional<Page>>executeBlocking(
                        () ->
                                parts.pages()
                                        .get(
                                                path,
                                                name -> Optional.ofNullable(parameters.get(name)),
                                                name ->
                                                        Optional.ofNullable(
                                                                request.getHeader(name))),
                        false)
                .onSuccess(made ->
                        made.ifPresentOrElse(
                                page -> write(exchange, page),
                                () -> exchange.refuse(404, "Nothing is at " + shown(path) + ".")))
                .onFailure(failure -> exchange.refuse(500, "The page could not be made."));
    }

    private static void write(Exchange exchange, Page page) {
        exchange.response.setStatusCode(page.status());
        exchange.headers().set(HttpHeaders.CONTENT_TYPE, page.contentType());
        for (Map.Entry<String, String> header : page.headers().entrySet()) {
            exchange.headers().set(header.getKey(), header.getValue());
        }
        exchange.end(page.body());
    }

    private static void json(Exchange exchange, String body) {
        exchange.headers().set(HttpHeaders.CONTENT_TYPE, JSON);
        exchange.end(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String statistics(ExactCache.Statistics now) {
        return String.format(
                Locale.ROOT,
                "{\"entries\":%d,\"bytes\":%d,\"max_bytes\":%d,\"hits\":%d,\"misses\":%d,\"evictions\":%d,\"hit_rate\":%.6f}",
                now.entries(),
                now.bytes(),
                now.maxBytes(),
                now.hits(),
                now.misses(),
                now.evictions(),
                now.hitRate());
    }

    private long forget(Invalidation which) {
        parts.embeddings().forget(which);
        return parts.line().invalidate(which);
    }

    private void invalidate(Exchange exchange) {
        bodies.read(
                exchange,
                body -> {
                    try {
                        Invalidation which = Forgetting.read(body);
                        context.executeBlocking(() -> forget(which), false)
                                .onSuccess(
                                        removed -> json(exchange, "{\"removed\":" + removed + "}"))
                                .onFailure(failure ->
                                        exchange.refuse(500, "The entries could not be removed."));
                    } catch (IllegalArgumentException e) {
                        exchange.refuse(400, String.valueOf(e.getMessage()));
                    }
                });
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }
}
