package dev.vivace.cache;

import dev.vivace.disk.PrivateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.h2.mvstore.DataUtils;
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
 * a file that cannot be read is set aside, never deleted. A file that cannot be written any more is
 * left alone until the next start.
 */
public final class FileCacheStore implements CacheStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileCacheStore.class);
    private static final long PERIOD_NANOS = 200_000_000;

    /** How long space in the file stays unused after what it held was replaced. */
    private static final int RETENTION_MILLIS = 2_000;

    /** Of the file's used space, the percentage that is kept live by moving up to this much. */
    private static final int FILL_PERCENT = 50;

    private static final int MOVE_BYTES = 4 << 20;
    private static final int CLOSE_MILLIS = 200;
    private static final String SETTINGS = "settings";
    private static final byte[] SECRET = {'s', 'e', 'c', 'r', 'e', 't'};

    private final PrivateDirectory directory;
    private final Path path;
    private final byte[] secret;
    private final ConcurrentHashMap<Fingerprint, Optional<CachedAnswer>> changes =
            new ConcurrentHashMap<>();
    private final Thread writer;
    private MVStore file;
    private MVMap<byte[], byte[]> entries;
    private volatile boolean closing;
    private volatile boolean failed;

    /**
     * Opens or creates the file.
     *
     * @throws UncheckedIOException if the directory cannot be written or another process has the
     *     file
     */
    public FileCacheStore(Path directory) {
        this.directory = new PrivateDirectory(directory);
        path = directory.resolve("cache.mv");
        try {
            this.directory.make();
            MVStore opened = open();
            Optional<byte[]> known = knownSecret(opened);
            if (known.isEmpty()) {
                opened.closeImmediately();
                opened = openAside("its settings are damaged");
            }
            file = opened;
            secret = known.orElseGet(Secrets::random);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use " + directory + ": " + PrivateDirectory.reason(e), e);
        }
        entries = begin();
        writer = Thread.ofPlatform().name("vivace-cache-writer").daemon().start(this::writeOften);
    }

    private MVStore open() throws IOException {
        try {
            return openFile();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IOException(path + " is in use by another process", e);
            }
            return openAside("error " + e.getErrorCode());
        }
    }

    private MVStore openAside(String why) throws IOException {
        Path aside = path.resolveSibling("cache.mv.broken-" + System.currentTimeMillis());
        LOG.warn(
                "{} cannot be read ({}); set aside as {}, starting empty",
                path,
                why,
                aside.getFileName());
        Files.move(path, aside);
        return openFile();
    }

    private MVStore openFile() throws IOException {
        directory.prepare(path);
        return new MVStore.Builder()
                .fileName(path.toString())
                .cacheSize(1)
                .autoCommitDisabled()
                .open();
    }

    private static MVMap<byte[], byte[]> map(MVStore file, String name) {
        return file.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    /** A new one for a new file; none if the file is damaged. */
    private static Optional<byte[]> knownSecret(MVStore file) {
        try {
            byte[] known = map(file, SETTINGS).get(SECRET);
            return known == null && file.getCurrentVersion() == 0
                    ? Optional.of(Secrets.random())
                    : Optional.ofNullable(known).filter(bytes -> bytes.length == Secrets.LENGTH);
        } catch (RuntimeException | AssertionError e) {
            return Optional.empty();
        }
    }

    private MVMap<byte[], byte[]> begin() {
        file.setRetentionTime(RETENTION_MILLIS);
        map(file, SETTINGS).put(SECRET, secret);
        file.commit();
        return map(file, "answers");
    }

    @Override
    public synchronized void load(BiConsumer<Fingerprint, CachedAnswer> consumer) {
        try {
            for (var cursor = entries.cursor(null); cursor.hasNext(); ) {
                byte[] key = cursor.next();
                if (key.length == Fingerprint.LENGTH) {
                    CachedAnswerFormat.read(key, cursor.getValue())
                            .ifPresentOrElse(
                                    answer -> consumer.accept(Fingerprint.of(key), answer),
                                    () -> remove(Fingerprint.of(key)));
                }
            }
        } catch (RuntimeException | AssertionError e) {
            // Where a page is damaged the library stumbles in many ways.
            startAnew(String.valueOf(e.getMessage()));
        }
    }

    private void startAnew(String why) {
        file.closeImmediately();
        try {
            file = openAside(why);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use " + path + ": " + PrivateDirectory.reason(e), e);
        }
        entries = begin();
    }

    @Override
    public void put(Fingerprint key, CachedAnswer answer) {
        note(key, Optional.of(answer));
    }

    @Override
    public void remove(Fingerprint key) {
        note(key, Optional.empty());
    }

    private void note(Fingerprint key, Optional<CachedAnswer> state) {
        if (!failed) {
            changes.put(key, state);
        }
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public Optional<String> failure() {
        return failed
                ? Optional.of(path + " cannot be written any more; mend the disk and start again")
                : Optional.empty();
    }

    private void writeOften() {
        while (!closing) {
            // Never interrupted: an interrupt would close the file under the store.
            LockSupport.parkNanos(PERIOD_NANOS);
            flush();
        }
    }

    /** Writes what is noted, now. */
    synchronized void flush() {
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
                    byte[] name = key.bytes();
                    entries.put(name, CachedAnswerFormat.write(name, state.get()));
                } else {
                    entries.remove(key.bytes());
                }
            }
            file.commit();
            file.compact(FILL_PERCENT, MOVE_BYTES);
        } catch (RuntimeException | AssertionError e) {
            failed = true;
            changes.clear();
            LOG.warn(
                    "cached answers cannot be written to {} any more, they stay in memory until the next start: {}",
                    path,
                    e.getMessage());
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
        flush();
        synchronized (this) {
            try {
                file.close(failed ? 0 : CLOSE_MILLIS);
            } catch (RuntimeException | AssertionError e) {
                LOG.warn("{} could not be tidied up: {}", path, e.getMessage());
                file.closeImmediately();
            }
        }
    }
}
