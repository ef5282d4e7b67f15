package dev.vivace.simulator;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Finds out what a request is about. Runs on the event loop. */
final class Routes implements Handler<HttpServerRequest> {
    private static final String MODELS = "/v1/models";
    private static final String STATS = "/simulator/stats";
    private static final Map<String, String> ADMIN =
            Map.of(STATS, "GET", "/simulator/reset", "POST");
    private static final String OTHER = "other";
    private static final long MODELS_CREATED = 1_735_689_600;

    private final Vertx vertx;
    private final Engine engine;
    private final Counters counters;
    private final SimulatorOptions options;
    private final Faults faults;
    private final Memory memory = new Memory();

    Routes(Vertx vertx, Engine engine, Counters counters, SimulatorOptions options) {
        this.vertx = vertx;
        this.engine = engine;
        this.counters = counters;
        this.options = options;
        faults = new Faults(options.faults(), options.seed());
    }

    @Override
    public void handle(HttpServerRequest request) {
        String path = request.path() == null ? "" : request.path();
        if (path.startsWith("/simulator/")) {
            admin(request, path);
            return;
        }
        boolean call = path.equals(Engine.EMBEDDINGS) || Engine.DOORS.containsKey(path);
        boolean models = path.equals(MODELS) || path.startsWith(MODELS + "/");
        counters.arrived(call ? path : models ? MODELS : OTHER);
        var exchange = new Exchange(vertx, request, counters, memory);
        if (!call) {
            exchange.play(models ? models(request, path) : unknown(request, path));
        } else if (!request.method().name().equals("POST")) {
            exchange.play(wrongMethod(path, "POST"));
        } else {
            long number = counters.nextCall();
            Optional<Fault> fault = faults.of(number);
            fault.ifPresent(counters::fault);
            String credential = credential(request);
            exchange.number(number);
            exchange.read(body -> engine.answer(path, credential, body, fault), path);
        }
    }

    private static String credential(HttpServerRequest request) {
        String authorization = request.getHeader("authorization");
        String key = authorization == null ? request.getHeader("x-api-key") : authorization;
        return key == null ? "" : key;
    }

    private Transcript models(HttpServerRequest request, String path) {
        if (!request.method().name().equals("GET")) {
            return wrongMethod(path, "GET");
        }
        if (path.equals(MODELS)) {
            ObjectNode root = Json.object().put("object", "list");
            var data = root.putArray("data");
            options.prices().models().forEach(model -> data.add(model(model)));
            return Transcript.plain(200, root);
        }
        String model = path.substring(MODELS.length() + 1);
        return options.prices().of(model).isPresent()
                ? Transcript.plain(200, model(model))
                : Transcript.error(
                        ApiError.notFound("there is no model '%s'".formatted(model)),
                        Engine.doorAt(path));
    }

    private static JsonNode model(String id) {
        return Json.object()
                .put("id", id)
                .put("object", "model")
                .put("created", MODELS_CREATED)
                .put("owned_by", Exchange.SERVER);
    }

    private void admin(HttpServerRequest request, String path) {
        String allowed = ADMIN.getOrDefault(path, "");
        String method = request.method().name();
        if (allowed.isEmpty()) {
            Exchange.answerNow(
                    request,
                    404,
                    Engine.doorAt(path).error(ApiError.notFound("there is no " + path)));
        } else if (!method.equals(allowed)) {
            Exchange.answerNow(request, 405, Engine.doorAt(path).error(wrong(path, allowed)));
        } else if (path.equals(STATS)) {
            Exchange.answerNow(request, 200, stats(counters.snapshot()));
        } else {
            counters.reset();
            engine.reset();
            Exchange.answerNow(request, 200, Json.object().put("reset", true));
        }
    }

    private static JsonNode stats(SimulatorStats stats) {
        ObjectNode root = Json.object();
        var requests = root.putObject("requests");
        stats.requests().forEach(requests::put);
        root.put("aborted", stats.aborted())
                .put("in_flight", stats.inFlight())
                .put("prompt_tokens", stats.promptTokens())
                .put("cached_tokens", stats.cachedTokens())
                .put("completion_tokens", stats.completionTokens())
                .put("cost_usd", stats.costUsd())
                .put("unscripted", stats.unscripted())
                .put("rate_limited", stats.rateLimited())
                .put("repeated", stats.repeated())
                .put("rebilled", stats.rebilled());
        var faults = root.putObject("faults");
        stats.faults().forEach(faults::put);
        return root;
    }

    private static Transcript unknown(HttpServerRequest request, String path) {
        return Transcript.error(
                ApiError.notFound(
                        "invalid URL (%s %s): the simulator has %s, %s and %s"
                                .formatted(
                                        request.method().name(),
                                        path,
                                        String.join(", ", new TreeSet<>(Engine.DOORS.keySet())),
                                        Engine.EMBEDDINGS,
                                        MODELS)),
                Engine.doorAt(path));
    }

    private static Transcript wrongMethod(String path, String allowed) {
        Transcript error = Transcript.error(wrong(path, allowed), Engine.doorAt(path));
        return error.withHeaders(Map.of("content-type", "application/json", "allow", allowed));
    }

    private static ApiError wrong(String path, String allowed) {
        return ApiError.methodNotAllowed("%s takes %s only".formatted(path, allowed));
    }
}
