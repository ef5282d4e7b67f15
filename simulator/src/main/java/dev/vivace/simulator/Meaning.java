package dev.vivace.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * A digest of what JSON means: the order of keys and white space do not matter, and a key that is
 * null counts as absent.
 */
final class Meaning {
    /** What tells messages apart. */
    private static final List<String> MESSAGE_KEYS =
            List.of("role", "content", "tool_calls", "tool_call_id", "name");

    private final MessageDigest sha;

    private Meaning() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** The digest of a text. */
    static Digest of(String text) {
        var meaning = new Meaning();
        meaning.string(text);
        return meaning.end();
    }

    /** A short digest of bytes as they are, whatever they mean. */
    static long of(byte[] bytes) {
        return ByteBuffer.wrap(new Meaning().sha.digest(bytes)).getLong();
    }

    /** The digest of an object without some of its keys. */
    static Digest of(JsonNode object, Set<String> without) {
        var meaning = new Meaning();
        for (String key : new TreeSet<>(object.propertyNames())) {
            if (!without.contains(key)) {
                meaning.property(key, object.path(key));
            }
        }
        return meaning.end();
    }

    /**
     * The digest of a conversation that goes on from another by one message, of which role,
     * content, tool calls, tool call id and name count.
     */
    static Digest of(Digest before, JsonNode message) {
        var meaning = new Meaning();
        meaning.number(before.high());
        meaning.number(before.low());
        for (String key : MESSAGE_KEYS) {
            JsonNode value = message.path(key);
            if (key.equals("tool_calls") && value.isEmpty()) {
                continue;
            }
            meaning.property(key, key.equals("content") ? plain(value) : value);
        }
        return meaning.end();
    }

    /** A list with one part of text says the same as the text. */
    private static JsonNode plain(JsonNode content) {
        JsonNode part = content.path(0);
        boolean onlyText =
                content.isArray()
                        && content.size() == 1
                        && part.size() == 2
                        && part.path("type").stringValue("").equals("text");
        return onlyText ? part.path("text") : content;
    }

    private void property(String key, JsonNode value) {
        if (!value.isNull() && !value.isMissingNode()) {
            string(key);
            node(value);
        }
    }

    private void node(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                sha.update((byte) '{');
                for (String key : new TreeSet<>(node.propertyNames())) {
                    property(key, node.path(key));
                }
                sha.update((byte) '}');
            }
            case ARRAY -> {
                sha.update((byte) '[');
                for (JsonNode element : node) {
                    node(element);
                }
                sha.update((byte) ']');
            }
            case STRING -> string(node.stringValue(""));
            default -> {
                sha.update((byte) '=');
                string(node.toString());
            }
        }
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update((byte) '"');
        number(bytes.length);
        sha.update(bytes);
    }

    private void number(long value) {
        sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, value));
    }

    private Digest end() {
        var bytes = ByteBuffer.wrap(sha.digest());
        return new Digest(bytes.getLong(), bytes.getLong());
    }

    /** 128 bits of a digest. */
    record Digest(long high, long low) {
        static final Digest NONE = new Digest(0, 0);

        /** 32 hexadecimal digits. */
        String hex() {
            return "%016x%016x".formatted(high, low);
        }
    }
}
