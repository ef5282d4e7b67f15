package dev.vivace.gateway;

import dev.vivace.cache.CacheStore;
import dev.vivace.cache.FileCacheStore;
import dev.vivace.config.Config;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyFileException;
import dev.vivace.key.Spending;
import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerListener;
import dev.vivace.replica.ReplicaId;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * What a gateway has beyond its calls, in its data directory or shared with replicas: opened
 * together and closed together.
 */
record Holdings(
        ClientKeys keys,
        CacheStore store,
        Ledger ledger,
        Optional<Replication> replication,
        Spending spending)
        implements AutoCloseable {

    /**
     * The client keys, which come first.
     *
     * @throws GatewayException if there are some that cannot be read
     */
    static ClientKeys keys(Config config) {
        try {
            return config.data().map(ClientKeys::of).orElseGet(ClientKeys::inMemory);
        } catch (KeyFileException e) {
            throw new GatewayException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Opens what is left.
     *
     * @param keys theirs from now on, also to close
     * @param listeners of the ledger
     * @throws GatewayException if the data directory cannot be used; then all is closed again
     */
    static Holdings open(Config config, ClientKeys keys, List<LedgerListener> listeners) {
        var opened = new ArrayDeque<Runnable>();
        opened.push(keys::close);
        try {
            CacheStore store =
                    config.data().<CacheStore>map(FileCacheStore::new).orElseGet(CacheStore::none);
            opened.push(store::close);
            Ledger ledger =
                    config.data()
                            .map(directory -> new Ledger(listeners, directory.resolve("ledger")))
                            .orElseGet(() -> new Ledger(listeners));
            opened.push(ledger::close);
            Optional<Replication> replication = replication(config);
            replication.ifPresent(shared -> opened.push(shared::close));
            return new Holdings(keys, store, ledger, replication, spending(config, replication));
        } catch (RuntimeException e) {
            opened.forEach(Runnable::run);
            throw e instanceof UncheckedIOException
                    ? new GatewayException("The data directory cannot be used: " + e.getMessage())
                    : e;
        }
    }

    private static Optional<Replication> replication(Config config) {
        return config.redis()
                .map(options ->
                        new Replication(
                                options,
                                config.data().map(ReplicaId::of).orElseGet(ReplicaId::passing)));
    }

    private static Spending spending(Config config, Optional<Replication> replication) {
        var shared = replication.map(Replication::totals);
        return config.data()
                .map(directory ->
                        Spending.open(
                                directory, directory.resolve("ledger"), Clock.systemUTC(), shared))
                .orElseGet(() -> Spending.inMemory(Clock.systemUTC(), shared));
    }

    /** Writes what is to survive. */
    @Override
    public void close() {
        ledger.close();
        spending.close();
        replication.ifPresent(Replication::close);
        store.close();
        keys.close();
    }
}
