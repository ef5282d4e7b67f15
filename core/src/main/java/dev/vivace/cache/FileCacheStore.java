package dev.vivace.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cached answers in one file of the data directory, an H2 MVStore.
 *
 * <p>What changes is noted in a map from key to newest state and written by one thread of its own,
 * several times a second: a key that changes often is written once, the notes are bounded by the
 * cache itself, and no caller ever waits for a disk. A killed process loses at most the last notes;
 * a file that cannot be read is set aside, never deleted.
 */
public final class FileCacheStore implements CacheStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileCacheStore.class);
    private static final long PERIOD_NANOS = 200_000_000;
    private static final byte[] SECRET = {'s', 'e', 'c', 'r', 'e', 't'};

    private final MVStore file;
    private final MVMap<byte[], byte[]> entries;
    private final byte[] secret;
    private final ConcurrentHashMap<Fingerprint, Optional<CachedAnswer>> changes =
            new ConcurrentHashMap<>();
    private final Thread writer;
    private volatile boolean closing;

    /**
     * Opens or creates the file.
     *
     * @throws UncheckedIOException if the directory cannot be written or another process has the
     *     file
     */
    public FileCacheStore(Path directory) {
        Path path = directory.resolve("cache.mv");
        try {
            Files.createDirectories(directory);
            file = open(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + directory + ": " + e.getMessage(), e);
        }
        entries = map("answers");
        MVMap<byte[], byte[]> settings = map("settings");
        byte[] known = settings.get(SECRET);
        secret = known == null ? Secrets.random() : known;
        settings.put(SECRET, secret);
        file.commit();
        writer = Thread.ofPlatform().name("vivace-cache-writer").daemon().start(this::writeOften);
    }

    private static MVStore open(Path path) throws IOException {
        try {
            return builder(path).open();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == org.h2.mvstore.DataUtils.ERROR_FILE_LOCKED) {
                throw new IOException(path + " is in use by another process", e);
            }
            Path aside = path.resolveSibling("cache.mv.broken-" + System.currentTimeMillis());
            LOG.warn(
                    "{} cannot be read ({}); set aside as {}, starting empty",
                    path,
                    e.getErrorCode(),
                    aside.getFileName());
            Files.move(path, aside);
            return builder(path).open();
        }
    }

    private static MVStore.Builder builder(Path path) {
        return new MVStore.Builder().fileName(path.toString()).cacheSize(1).autoCommitDisabled();
    }

    private MVMap<byte[], byte[]> map(String name) {
        return file.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public void load(BiConsumer<Fingerprint, CachedAnswer> consumer) {
        for (var cursor = entries.cursor(null); cursor.hasNext(); ) {
            byte[] key = cursor.next();
            CachedAnswerFormat.read(cursor.getValue())
                    .ifPresent(answer -> consumer.accept(Fingerprint.of(key), answer));
        }
    }

    @Override
    public void put(Fingerprint key, CachedAnswer answer) {
        changes.put(key, Optional.of(answer));
    }

    @Override
    public void remove(Fingerprint key) {
        changes.put(key, Optional.empty());
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    private void writeOften() {
        while (!closing) {
            // Never interrupted: an interrupt would close the file under the store.
            LockSupport.parkNanos(PERIOD_NANOS);
            writeChanges();
        }
    }

    private synchronized void writeChanges() {
        if (changes.isEmpty()) {
            return;
        }
        try {
            for (Fingerprint key : changes.keySet()) {
                Optional<CachedAnswer> state = changes.remove(key);
                if (state == null) {
                    continue;
                }
                if (state.isPresent()) {
                    entries.put(key.bytes(), CachedAnswerFormat.write(state.get()));
                } else {
                    entries.remove(key.bytes());
                }
            }
            file.commit();
        } catch (MVStoreException | IllegalStateException e) {
            LOG.warn(
                    "cached answers could not be written; they stay in memory: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writeChanges();
        file.close();
    }
}
