package dev.vivace.replay;

import dev.vivace.replay.Outcome.Answered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads a good answer's body while it arrives. */
final class AnswerReader {
    private AnswerReader() {}

    /**
     * @throws IOException if the body breaks off or is no answer
     * @throws tools.jackson.core.JacksonException if it is no JSON
     */
    static Answered read(boolean eventStream, BodyStream body, Receipt receipt) throws IOException {
        return eventStream ? events(body, receipt) : object(body, receipt);
    }

    private static Answered object(BodyStream body, Receipt receipt) throws IOException {
        var answer = Json.MAPPER.readTree(body.readAllBytes());
        var end = System.nanoTime();
        var message = answer.path("choices").path(0).path("message");
        if (message.isObject()) {
            return answered(
                    AssistantMessage.of(message),
                    usage(answer),
                    receipt,
                    body.firstByteNanos(),
                    end);
        }
        if (!answer.path("data").isArray()) {
            throw new IOException("an answer with neither choices nor data");
        }
        return new Answered(
                digest(vectors(answer.path("data"))),
                Optional.empty(),
                usage(answer),
                receipt,
                body.firstByteNanos(),
                end);
    }

    private static Answered events(BodyStream body, Receipt receipt) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        var message = new StreamedMessage();
        Optional<Usage> usage = Optional.empty();
        var first = 0L;
        var started = false;
        var done = false;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.startsWith("data:")) {
                continue;
            }
            var data = line.substring("data:".length()).strip();
            if (data.equals("[DONE]")) {
                done = true;
                continue;
            }
            var chunk = Json.MAPPER.readTree(data);
            if (chunk.has("error")) {
                throw new IOException("error in the stream: " + errorText(chunk, data));
            }
            if (message.add(chunk) && !started) {
                started = true;
                first = System.nanoTime();
            }
            var counted = usage(chunk);
            usage = counted.isPresent() ? counted : usage;
        }
        if (!done && !message.finished()) {
            throw new IOException("the stream broke off");
        }
        var end = System.nanoTime();
        return answered(message.message(), usage, receipt, started ? first : end, end);
    }

    private static Answered answered(
            AssistantMessage message,
            Optional<Usage> usage,
            Receipt receipt,
            long first,
            long end) {
        return new Answered(
                digest(Json.MAPPER.writeValueAsString(message)),
                Optional.of(message),
                usage,
                receipt,
                first,
                end);
    }

    /** The numbers as they are written, whatever the order of the members around them. */
    private static String vectors(JsonNode data) {
        var text = new StringBuilder();
        for (var item : data) {
            text.append(item.path("index")).append(item.path("embedding")).append('\n');
        }
        return text.toString();
    }

    private static Optional<Usage> usage(JsonNode answer) {
        return answer.path("usage").isObject()
                ? Optional.of(Usage.of(answer.path("usage")))
                : Optional.empty();
    }

    /** The message of an error body, shortened; the body itself if it has none. */
    static String errorText(JsonNode body, String raw) {
        var message = body.path("error").path("message").asString(raw).strip();
        return message.length() > 200 ? message.substring(0, 200) + "..." : message;
    }

    private static String digest(String text) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
