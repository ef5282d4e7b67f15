package dev.vivace.replay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads the tool schemas that go with every call. */
final class ToolsFile {
    private static final int MAX_BYTES = 16 << 20;

    private ToolsFile() {}

    static JsonNode read(Path file) {
        try {
            var tools = Json.MAPPER.readTree(bytes(file));
            if (!tools.isArray() || tools.isEmpty()) {
                throw new ReplayException("--tools: " + file + " holds no JSON list of tools");
            }
            return tools;
        } catch (NoSuchFileException e) {
            throw new ReplayException("--tools: no such file: " + file);
        } catch (IOException e) {
            throw new ReplayException("--tools: cannot read " + file + ": " + e.getMessage());
        } catch (JacksonException e) {
            throw new ReplayException("--tools: " + file + " is no JSON: " + Json.why(e));
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var head = in.readNBytes(MAX_BYTES);
            var gzip = head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b;
            return gzip
                    ? new GZIPInputStream(new ByteArrayInputStream(head)).readNBytes(MAX_BYTES)
                    : head;
        }
    }
}
