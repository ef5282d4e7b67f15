package dev.vivace.gateway;

import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyFileException;
import dev.vivace.key.KeyJson;
import dev.vivace.key.KeyTerms;
import dev.vivace.key.NewKey;
import dev.vivace.key.VirtualKey;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The door for operators who look after client keys. One per event loop. */
final class KeyDoor {
    static final String PATH = "/admin/keys";

    private static final Logger LOG = LoggerFactory.getLogger(KeyDoor.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final String IN_MEMORY =
            "There is no data directory: client keys end with this process.";

    private final ClientKeys keys;
    private final AdminBodies bodies;
    private final Context context;

    KeyDoor(ClientKeys keys, AdminBodies bodies, Context context) {
        this.keys = keys;
        this.bodies = bodies;
        this.context = context;
    }

    static boolean isAt(String path) {
        return path.equals(PATH) || path.startsWith(PATH + "/");
    }

    void handle(Exchange exchange, String path) {
        HttpMethod method = exchange.request.method();
        boolean all = path.equals(PATH);
        if (all && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))) {
            json(exchange, 200, this::list);
        } else if (all && method.equals(HttpMethod.POST)) {
            create(exchange);
        } else if (!all && method.equals(HttpMethod.DELETE)) {
            revoke(exchange, path.substring(PATH.length() + 1));
        } else {
            String takes = all ? "GET, POST" : "DELETE";
            exchange.headers().set(HttpHeaders.ALLOW, takes);
            exchange.refuse(405, "This takes " + takes + ", not " + method.name() + ".");
        }
    }

    private void list(JsonGenerator to) {
        to.writeArrayPropertyStart("keys");
        for (VirtualKey key : keys.list()) {
            to.writeStartObject();
            KeyJson.write(key, to);
            to.writeEndObject();
        }
        to.writeEndArray();
        note(to);
    }

    private void note(JsonGenerator to) {
        if (!keys.kept()) {
            to.writeStringProperty("note", IN_MEMORY);
        }
        keys.failure().ifPresent(why -> to.writeStringProperty("failure", why));
    }

    private void create(Exchange exchange) {
        bodies.read(exchange, body -> create(exchange, body));
    }

    private void create(Exchange exchange, byte[] body) {
        KeyTerms terms;
        try {
            terms = KeyJson.terms(body);
        } catch (IllegalArgumentException e) {
            exchange.refuse(400, "The client key cannot be made: " + e.getMessage() + ".");
            return;
        }
        context.executeBlocking(() -> keys.create(terms), false)
                .onSuccess(made -> created(exchange, made))
                .onFailure(failure -> failed(exchange, failure));
    }

    private void created(Exchange exchange, NewKey made) {
        json(
                exchange,
                201,
                to -> {
                    KeyJson.write(made.key(), to);
                    to.writeStringProperty("secret", made.secret());
                    note(to);
                });
    }

    private void revoke(Exchange exchange, String id) {
        if (!KeyJson.isId(id)) {
            missing(exchange);
            return;
        }
        context.executeBlocking(() -> keys.revoke(id), false)
                .onSuccess(revoked ->
                        revoked.ifPresentOrElse(
                                key -> json(exchange, 200, to -> KeyJson.write(key, to)),
                                () -> missing(exchange)))
                .onFailure(failure -> failed(exchange, failure));
    }

    /** What was asked for may be a secret: not repeated. */
    private static void missing(Exchange exchange) {
        exchange.refuse(404, "There is no client key of that id; GET " + PATH + " lists them.");
    }

    private static void failed(Exchange exchange, Throwable failure) {
        switch (failure) {
            case IllegalArgumentException full ->
                    exchange.refuse(409, String.valueOf(full.getMessage()));
            case KeyFileException file -> exchange.refuse(500, String.valueOf(file.getMessage()));
            default -> {
                LOG.error("client keys", failure);
                exchange.refuse(500, "The client keys could not be changed.");
            }
        }
    }

    private static void json(Exchange exchange, int status, Consumer<JsonGenerator> members) {
        var body = new ByteArrayOutputStream(1 << 10);
        try (JsonGenerator to = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
            to.writeStartObject();
            members.accept(to);
            to.writeEndObject();
        }
        exchange.response.setStatusCode(status);
        exchange.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        exchange.headers().set(HttpHeaders.CACHE_CONTROL, "no-store");
        exchange.end(body.toByteArray());
    }
}
