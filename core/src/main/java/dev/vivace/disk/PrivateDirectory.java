package dev.vivace.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory whose files only their owner reads, where the file system knows owners: what is made
 * is made so, our files that are there already are made so, and of a directory that is there and
 * open to others a warning is logged, once. Not thread-safe.
 */
public final class PrivateDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateDirectory.class);
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE);

    private final Path path;
    private final boolean posix;
    private boolean warned;

    public PrivateDirectory(Path path) {
        this.path = path;
        this.posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Makes it, with those above it, if it is missing. */
    public void make() throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path, only("rwx------"));
        } else if (posix && !warned && isOpen(path)) {
            warned = true;
            LOG.warn(
                    "{} is open to other users of this machine, and what is kept there holds prompts and answers; 'chmod 700' closes it",
                    path);
        }
    }

    /** Makes an empty file in it if it is missing, and takes an old one from other users' reach. */
    public void prepare(Path file) throws IOException {
        try {
            Files.createFile(file, only("rw-------"));
        } catch (FileAlreadyExistsException there) {
            if (posix && isOpen(file)) {
                tighten(file);
            }
        }
    }

    private static void tighten(Path file) throws IOException {
        Set<PosixFilePermission> left = EnumSet.copyOf(OWNERS);
        left.retainAll(Files.getPosixFilePermissions(file));
        try {
            Files.setPosixFilePermissions(file, left);
        } catch (IOException e) {
            LOG.warn("{} stays open to other users of this machine: {}", file, e.toString());
        }
    }

    private static boolean isOpen(Path path) throws IOException {
        return !OWNERS.containsAll(Files.getPosixFilePermissions(path));
    }

    private FileAttribute<?>[] only(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** What is wrong with a file, for people: the library's own words are often its name alone. */
    public static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission";
            case FileAlreadyExistsException there -> "a file of that name is in the way";
            case NotDirectoryException file -> "it is not a directory";
            case NoSuchFileException missing -> "it does not exist and cannot be made";
            default -> String.valueOf(e.getMessage());
        };
    }
}
