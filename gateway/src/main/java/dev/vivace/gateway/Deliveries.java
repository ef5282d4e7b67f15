package dev.vivace.gateway;

import dev.vivace.config.Config;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The deliveries of one event loop: that of the configuration in force, and those of earlier ones
 * that still have calls under way. Used on that loop.
 */
final class Deliveries {
    private final Vertx vertx;
    private final Context context;
    private final HttpClientAgent client;
    private final LongSupplier nanoTime;
    private final Set<HttpDelivery> live = new LinkedHashSet<>();
    private Optional<HttpDelivery> current = Optional.empty();
    private Optional<String> cut = Optional.empty();

    /**
     * Must be made on the event loop that it is for.
     *
     * @param nanoTime what measures the times of attempts and connections
     */
    Deliveries(Vertx vertx, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.nanoTime = nanoTime;
        this.context = vertx.getOrCreateContext();
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setPipelining(false)
                                .setMaxHeaderSize(64 << 10)
                                .setMaxChunkSize(64 << 10)
                                .setTcpNoDelay(true));
    }

    /** Makes another one, which nothing has to be done about if it is never used. */
    HttpDelivery make(Config config, Upstreams upstreams) {
        return new HttpDelivery(this, config, upstreams, current);
    }

    /** Has it in place of the one before, which ends with its last call. */
    void use(HttpDelivery next) {
        Optional<HttpDelivery> before = current;
        current = Optional.of(next);
        live.add(next);
        before.ifPresent(old -> old.retire(next));
        forget();
    }

    /** One that has retired got another call. */
    void goesOn(HttpDelivery retired) {
        live.add(retired);
    }

    private void forget() {
        live.removeIf(one -> one.underWay() == 0 && !current.equals(Optional.of(one)));
    }

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    HttpClientAgent client() {
        return client;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** Why nothing may begin any more, if so. */
    Optional<String> cut() {
        return cut;
    }

    /** Ends what has been silent for too long. */
    void sweep() {
        long now = nanoTime.getAsLong();
        List.copyOf(live).forEach(one -> one.sweep(now));
        forget();
    }

    /** How many are in use. */
    int count() {
        return live.size();
    }

    /** How many calls are under way. */
    int underWay() {
        return live.stream().mapToInt(HttpDelivery::underWay).sum();
    }

    /** Ends what is under way, and what begins from now on. */
    void cut(String why) {
        cut = Optional.of(why);
        List.copyOf(live).forEach(one -> one.cut(why));
    }

    void close() {
        client.close();
    }
}
