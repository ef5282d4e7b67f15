package dev.vivace.replica;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.disk.PrivateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** By which name a replica writes what is its own. Nobody else ever has the same. */
public final class ReplicaId {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaId.class);
    private static final String NAME = "replica-id";

    private ReplicaId() {}

    /** One that ends with this process. */
    public static String passing() {
        return UUID.randomUUID().toString();
    }

    /**
     * That of a data directory, in its file {@code replica-id}, where it is made the first time.
     *
     * @throws UncheckedIOException if it can be neither read nor written
     */
    public static String of(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            return read(file).orElseGet(() -> made(directory, file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(UUID.fromString(Files.readString(file, UTF_8).strip()).toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
            LOG.warn("{} is damaged: this replica gets a new name", file);
            return Optional.empty();
        }
    }

    private static String made(Path directory, Path file) {
        String id = passing();
        Path next = directory.resolve(NAME + ".new");
        try {
            var owned = new PrivateDirectory(directory);
            owned.make();
            owned.prepare(next);
            Files.writeString(next, id + "\n", UTF_8);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
