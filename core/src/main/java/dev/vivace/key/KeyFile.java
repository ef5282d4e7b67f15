package dev.vivace.key;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.disk.PrivateDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys on disk. A change reads, changes and replaces the file under a lock that the operating
 * system gives back when its holder is killed; the new file is complete and on the disk before it
 * takes the old one's name. So whoever reads, without the lock, finds the one or the other, whole.
 * Not thread-safe.
 */
final class KeyFile {
    private static final int LARGEST = 64 << 20;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE_MILLIS = 5;
    private static final String THERE_WERE_KEYS = "There are client keys, in keys.json.\n";

    /** What shows that the file was replaced; a new one has a key of its own. */
    private record Stamp(long modified, long size, @Nullable Object fileKey) {}

    private final PrivateDirectory directory;
    private final Path folder;
    private final Path file;
    private final Path lock;
    private final Path next;
    private Optional<Stamp> seen = Optional.empty();

    KeyFile(Path folder) {
        this.folder = folder;
        directory = new PrivateDirectory(folder);
        file = folder.resolve("keys.json");
        lock = folder.resolve("keys.lock");
        next = folder.resolve("keys.json.new");
    }

    Path path() {
        return file;
    }

    /** Whether it is another one than was read last. */
    boolean changed() {
        try {
            return !stamp().equals(seen);
        } catch (IOException e) {
            return true; // reading it says why
        }
    }

    /** Whether there was one when it was read last. */
    boolean exists() {
        return seen.isPresent();
    }

    /**
     * Reads it; nothing if there is none.
     *
     * @throws KeyFileException if it cannot be read or is damaged
     */
    Map<String, VirtualKey> read() {
        try {
            Optional<Stamp> now = stamp(); // before: a change meanwhile is found the next time
            if (now.isPresent() && now.get().size() > LARGEST) {
                throw new KeyFileException(file + " is too large to be a list of client keys");
            }
            Map<String, VirtualKey> keys =
                    now.isPresent() ? KeyJson.keys(Files.readAllBytes(file)) : Map.of();
            seen = now;
            return keys;
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(
                    file
                            + " is damaged: "
                            + e.getMessage()
                            + ". Put a copy of it back, or move it away to begin without client"
                            + " keys.",
                    e);
        } catch (IOException e) {
            throw new KeyFileException(
                    "cannot read " + file + ": " + PrivateDirectory.reason(e), e);
        }
    }

    /**
     * Reads it the first time: a file that is missing was lost if there ever was a key.
     *
     * @throws KeyFileException as {@link #read}, or if it was lost
     */
    Map<String, VirtualKey> begin() {
        Map<String, VirtualKey> keys = read();
        if (!exists() && hadKeys()) {
            throw new KeyFileException(
                    file
                            + " is missing, though there were client keys. Put a copy of it back, or"
                            + " remove "
                            + lock
                            + " as well to begin without client keys.");
        }
        return keys;
    }

    private boolean hadKeys() {
        try {
            return Files.size(lock) > 0;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new KeyFileException(
                    "cannot read " + lock + ": " + PrivateDirectory.reason(e), e);
        }
    }

    /**
     * Replaces what is there.
     *
     * @param change is given what is there, and is run under the lock
     * @return what is there now
     * @throws KeyFileException if it cannot be written; what was there is then still there
     */
    Map<String, VirtualKey> update(UnaryOperator<Map<String, VirtualKey>> change) {
        try {
            directory.make();
            directory.prepare(lock);
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                    FileLock held = hold(channel)) {
                Objects.requireNonNull(held);
                Map<String, VirtualKey> known = read();
                Map<String, VirtualKey> changed = change.apply(known);
                if (!changed.equals(known)) {
                    replace(KeyJson.file(changed.values()));
                    seen = stamp();
                }
                if (!changed.isEmpty() && channel.size() == 0) {
                    // After the file: killed in between, there is no key that anybody was told of.
                    channel.write(ByteBuffer.wrap(THERE_WERE_KEYS.getBytes(US_ASCII)));
                }
                return changed;
            }
        } catch (IOException e) {
            throw new KeyFileException(
                    "cannot write " + file + ": " + PrivateDirectory.reason(e), e);
        }
    }

    private FileLock hold(FileChannel channel) throws IOException {
        long start = System.nanoTime();
        while (true) {
            FileLock held = tryLock(channel);
            if (held != null) {
                return held;
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new KeyFileException(
                        "cannot write " + file + ": another process holds " + lock);
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KeyFileException("cannot write " + file + ": interrupted", e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // somebody in this process
        }
    }

    private void replace(byte[] content) throws IOException {
        directory.prepare(next);
        try (FileChannel channel =
                FileChannel.open(
                        next, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true); // or a loss of power brings the old name back
        } catch (IOException e) {
            // Not every system lets a directory be opened.
        }
    }

    private Optional<Stamp> stamp() throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Stamp(now.lastModifiedTime().toMillis(), now.size(), now.fileKey()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
