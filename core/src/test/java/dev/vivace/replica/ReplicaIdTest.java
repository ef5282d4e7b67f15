package dev.vivace.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaIdTest {
    @TempDir private Path root;

    @Test
    void isThatOfItsDirectory() {
        String first = ReplicaId.of(root.resolve("a"));
        assertEquals(first, ReplicaId.of(root.resolve("a")));
        assertNotEquals(first, ReplicaId.of(root.resolve("b")));
        assertNotEquals(ReplicaId.passing(), ReplicaId.passing());
    }

    @Test
    void aDamagedOneIsReplaced() throws Exception {
        for (byte[] bad : new byte[][] {{}, "nothing".getBytes(), {(byte) 0xff, 1}}) {
            Files.write(root.resolve("replica-id"), bad);
            String made = ReplicaId.of(root);
            assertEquals(made, ReplicaId.of(root));
        }
    }

    @Test
    void aDirectoryThatIsNoneIsAnError() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        assertThrows(UncheckedIOException.class, () -> ReplicaId.of(file));
    }
}
