package dev.vivace.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
    @TempDir Path root;

    @BeforeEach
    void ownersAreKnown() {
        assumeTrue(
                root.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "this file system knows no owners");
    }

    @Test
    void whatIsMadeIsItsOwnersOnly() throws IOException {
        Path inner = root.resolve("a/b");
        var directory = new PrivateDirectory(inner);
        directory.make();
        directory.prepare(inner.resolve("file"));
        assertEquals("rwx------", permissions(root.resolve("a")));
        assertEquals("rwx------", permissions(inner));
        assertEquals("rw-------", permissions(inner.resolve("file")));
    }

    @Test
    void anOldFileIsClosedAndKeepsWhatItHolds() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "old");
        open(file, "rw-rw-r--");
        new PrivateDirectory(root).prepare(file);
        assertEquals("rw-------", permissions(file));
        assertEquals("old", Files.readString(file));
    }

    @Test
    void anOpenDirectoryIsLeftAndToldOfOnce() throws IOException {
        open(root, "rwxr-x---");
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            var directory = new PrivateDirectory(root);
            directory.make();
            directory.make();
        } finally {
            System.setErr(before);
        }
        assertEquals("rwxr-x---", permissions(root));
        assertEquals(1, said.toString(StandardCharsets.UTF_8).lines().count());
        assertTrue(
                said.toString(StandardCharsets.UTF_8).contains(root + " is open to other users"));
    }

    private static void open(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
