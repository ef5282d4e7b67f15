package dev.vivace.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingsTest {
    private static final String A = "[{\"role\":\"user\",\"content\":\"a\"}]";
    private static final String B =
            "[{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"assistant\"}]";

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A                                           | 1",
                "[A]                                         | 1",
                "[A,B]                                       | 2",
                "[A,NEWLINE B]                               | 2",
                "A NEWLINE B                                 | 2",
                "A NEWLINE NEWLINE [A,B] NEWLINE             | 3",
                "{\"messages\":A,\"tools\":[]}               | 1",
                "{\"traj\":A} NEWLINE {\"messages\":B}       | 2",
                "[{\"traj\":A},B,{NEWLINE \"messages\":B}]   | 3"
            })
    void everyShapeIsRead(String shape, int conversations) throws IOException {
        String text = shape.replace("NEWLINE", "\n").replace("A", A).replace("B", B);
        Path plain = write(text.getBytes(StandardCharsets.UTF_8));
        assertEquals(conversations, Recordings.read(plain).size());
        Path zipped = write(zip(text));
        assertEquals(Recordings.read(plain), Recordings.read(zipped));
    }

    @Test
    void theOrderIsKept() throws IOException {
        var recordings = Recordings.read(write((B + "\n" + A).getBytes(StandardCharsets.UTF_8)));
        assertEquals("b", recordings.get(0).messages().get(0).path("content").stringValue());
        assertEquals("a", recordings.get(1).messages().get(0).path("content").stringValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                            | no conversation",
                "NEWLINE                       | no conversation",
                "[]                            | no messages",
                "A NEWLINE [                   | line 2",
                "A NEWLINE NEWLINE {\"traj\":  | line 3",
                "[A, NEWLINE {\"traj\": x}]    | line 2",
                "[{\"role\":                   | line 1",
                "A NEWLINE {\"x\": 1}          | line 2",
                "A NEWLINE 7                   | line 2",
                "A NEWLINE [A, [{\"x\": 1}]]   | line 2, conversation 2: message 1",
                "{\"traj\": []}                | no messages",
                "{\"messages\": \"x\"}         | neither",
                "A NEWLINE [A, []]             | line 2, conversation 2",
                "\"text\"                      | neither"
            })
    void brokenFilesAreNamedWithThePlace(String shape, String says) throws IOException {
        String text = shape.replace("NEWLINE", "\n").replace("A", A);
        Path file = write(text.getBytes(StandardCharsets.UTF_8));
        var e = assertThrows(RecordingsException.class, () -> Recordings.read(file));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(file.toString()) && message.contains(says), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void unreadableFilesAreNamed() throws IOException {
        byte[] zipped = zip(A.repeat(100));
        Path cut = write(Arrays.copyOf(zipped, zipped.length / 2));
        Path none = folder.resolve("none.json");
        for (Path file : new Path[] {cut, none, folder}) {
            var e = assertThrows(RecordingsException.class, () -> Recordings.read(file));
            assertTrue(String.valueOf(e.getMessage()).startsWith(file + ": "), e.getMessage());
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile(folder, "recording", ""), bytes);
    }

    private static byte[] zip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
