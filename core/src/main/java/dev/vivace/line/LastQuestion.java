package dev.vivace.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;

/** The text of the last user message of a request: what invalidation patterns are matched with. */
final class LastQuestion {
    private static final int MAX = 4_000;
    private static final byte[] MESSAGES = "messages".getBytes(US_ASCII);
    private static final byte[] INPUT = "input".getBytes(US_ASCII);
    private static final byte[] ROLE = "role".getBytes(US_ASCII);
    private static final byte[] CONTENT = "content".getBytes(US_ASCII);
    private static final byte[] TEXT = "text".getBytes(US_ASCII);

    private String last = "";

    private LastQuestion() {}

    /**
     * @param body one that a scan found sound
     */
    static String of(byte[] body) {
        var question = new LastQuestion();
        try {
            question.read(new JsonReader(body));
        } catch (JsonException e) {
            throw new IllegalStateException("the body was scanned before", e);
        }
        return question.last;
    }

    private void read(JsonReader reader) {
        reader.beginObject();
        while (reader.nextMember()) {
            if (reader.nameIs(MESSAGES) || reader.nameIs(INPUT)) {
                switch (reader.peek()) {
                    case '"' -> last = cut(reader.string());
                    case '[' -> {
                        reader.beginArray();
                        while (reader.nextElement()) {
                            message(reader);
                        }
                    }
                    default -> reader.skipValue();
                }
            } else {
                reader.skipValue();
            }
        }
    }

    private void message(JsonReader reader) {
        if (reader.peek() != '{') {
            reader.skipValue();
            return;
        }
        boolean user = false;
        var text = new StringBuilder();
        reader.beginObject();
        while (reader.nextMember()) {
            if (reader.nameIs(ROLE) && reader.peek() == '"') {
                user = reader.string().equals("user");
            } else if (reader.nameIs(CONTENT)) {
                content(reader, text);
            } else {
                reader.skipValue();
            }
        }
        if (user) {
            last = cut(text.toString());
        }
    }

    private static void content(JsonReader reader, StringBuilder text) {
        switch (reader.peek()) {
            case '"' -> append(text, reader);
            case '[' -> {
                reader.beginArray();
                while (reader.nextElement()) {
                    part(reader, text);
                }
            }
            default -> reader.skipValue();
        }
    }

    private static void part(JsonReader reader, StringBuilder text) {
        if (reader.peek() != '{') {
            reader.skipValue();
            return;
        }
        reader.beginObject();
        while (reader.nextMember()) {
            if (reader.nameIs(TEXT) && reader.peek() == '"') {
                append(text, reader);
            } else {
                reader.skipValue();
            }
        }
    }

    private static void append(StringBuilder text, JsonReader reader) {
        reader.readString();
        if (text.length() < MAX) {
            text.append(reader.text());
        }
    }

    private static String cut(String text) {
        return text.length() > MAX ? text.substring(0, MAX) : text;
    }
}
