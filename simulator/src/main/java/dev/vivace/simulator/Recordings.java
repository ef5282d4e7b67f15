package dev.vivace.simulator;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads files of recorded conversations.
 *
 * <p>A conversation is a list of OpenAI chat messages, or an object that has such a list as its
 * {@code traj} or {@code messages}. A file holds one conversation, a JSON array of them, or JSON
 * Lines with one or an array of them in each line; gzipped or not, whatever its name.
 */
public final class Recordings {
    private static final int MAX_BYTES = 512 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final List<Recording> found = new ArrayList<>();

    private Recordings(Path file) {
        this.file = file;
    }

    /**
     * The conversations of a file, in its order; at least one.
     *
     * @throws RecordingsException if it cannot be read, is empty or has more than 512 MB, or if
     *     anything in it is not a conversation
     */
    public static List<Recording> read(Path file) {
        var recordings = new Recordings(file);
        recordings.readAll(bytes(file));
        if (recordings.found.isEmpty()) {
            throw new RecordingsException(file + ": it has no conversation");
        }
        return List.copyOf(recordings.found);
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(2);
            boolean zipped = start.length == 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
            try (InputStream all = Files.newInputStream(file);
                    InputStream plain = zipped ? new GZIPInputStream(all) : all) {
                byte[] bytes = plain.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw new RecordingsException(file + ": it has more than 512 MB");
                }
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new RecordingsException(file + ": there is no such file");
        } catch (ZipException | EOFException e) {
            throw new RecordingsException(file + ": it is broken gzip: " + e.getMessage());
        } catch (IOException e) {
            throw new RecordingsException(file + ": it cannot be read: " + e.getMessage());
        }
    }

    /**
     * If the first line that is not blank is a whole JSON text, then every line has to be one, so
     * that a broken line is named by its own number.
     */
    private void readAll(byte[] bytes) {
        int number = 0;
        boolean lines = false;
        for (int from = 0; from < bytes.length; ) {
            int end = lineEnd(bytes, from);
            number++;
            if (!blank(bytes, from, end)) {
                try {
                    read(JSON.readTree(bytes, from, end - from), "line " + number);
                    lines = true;
                } catch (JacksonException e) {
                    if (lines) {
                        throw broken(number, e);
                    }
                    readWhole(bytes);
                    return;
                }
            }
            from = end + 1;
        }
    }

    private void readWhole(byte[] bytes) {
        try {
            read(JSON.readTree(new ByteArrayInputStream(bytes)), "it");
        } catch (JacksonException e) {
            throw broken(e.getLocation() == null ? 1 : e.getLocation().getLineNr(), e);
        }
    }

    private RecordingsException broken(int line, JacksonException e) {
        return new RecordingsException(
                "%s: line %d is broken JSON: %s".formatted(file, line, Json.reason(e)));
    }

    /** Takes one conversation, or an array of them. */
    private void read(JsonNode node, String where) {
        boolean many = node.isArray() && !node.isEmpty() && !node.path(0).path("role").isString();
        if (many) {
            for (int i = 0; i < node.size(); i++) {
                readOne(node.get(i), where + ", conversation " + (i + 1));
            }
        } else {
            readOne(node, where);
        }
    }

    private void readOne(JsonNode node, String where) {
        JsonNode messages = node;
        if (node.isObject()) {
            messages = node.has("traj") ? node.path("traj") : node.path("messages");
        }
        if (!messages.isArray()) {
            throw new RecordingsException(
                    "%s: %s is neither a list of messages nor an object with traj or messages"
                            .formatted(file, where));
        }
        if (messages.isEmpty()) {
            throw new RecordingsException("%s: %s has no messages".formatted(file, where));
        }
        var list = new ArrayList<JsonNode>();
        for (JsonNode message : messages) {
            if (!message.path("role").isString()) {
                throw new RecordingsException(
                        "%s: %s: message %d has no role".formatted(file, where, list.size() + 1));
            }
            list.add(message);
        }
        found.add(new Recording(list));
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    private static boolean blank(byte[] bytes, int from, int end) {
        return new String(bytes, from, Math.min(end - from, 1024), StandardCharsets.UTF_8)
                .isBlank();
    }
}
