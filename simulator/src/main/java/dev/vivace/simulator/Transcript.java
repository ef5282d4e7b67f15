package dev.vivace.simulator;

import dev.vivace.simulator.TimeModel.Timing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What one client gets to see, and when.
 *
 * @param headers besides those that every answer has
 * @param length the body's length as it is announced; -1 for a stream
 * @param chunks the body, in the order of their times
 * @param ending what happens after the last chunk
 * @param bill what it costs if it is given to its end
 * @param firstByte run when the first chunk is due
 */
record Transcript(
        int status,
        Map<String, String> headers,
        long length,
        List<Chunk> chunks,
        Ending ending,
        Bill bill,
        Runnable firstByte) {
    private static final int DRIP_BYTES = 64;
    private static final int DRIP_MS = 20;
    private static final String JSON = "application/json";

    /**
     * @param atMs milliseconds after the request's end
     */
    record Chunk(double atMs, byte[] bytes) {}

    /** How an answer ends. */
    enum Ending {
        COMPLETE,
        /** The connection is reset; before the head, if there are no chunks. */
        RESET,
        /** The client waits until it leaves. */
        NEVER
    }

    /** A short answer, at once and free. */
    static Transcript plain(int status, JsonNode json) {
        byte[] body = Json.bytes(json);
        return new Transcript(
                status,
                Map.of("content-type", JSON),
                body.length,
                List.of(new Chunk(0, body)),
                Ending.COMPLETE,
                Bill.NOTHING,
                () -> {});
    }

    /** A refusal. */
    static Transcript error(ApiError error, Door door) {
        Transcript plain = plain(error.status(), door.error(error));
        long seconds = error.retryAfter().plusMillis(999).toSeconds();
        return seconds == 0
                ? plain
                : plain.withHeaders(
                        Map.of("content-type", JSON, "retry-after", Long.toString(seconds)));
    }

    /** No body, only an ending. */
    static Transcript nothing(Ending ending) {
        return new Transcript(200, Map.of(), 0, List.of(), ending, Bill.NOTHING, () -> {});
    }

    /**
     * An answer as one object.
     *
     * @param scale factor on the times that are waited, not on those that are told
     */
    static Transcript whole(
            byte[] body, Timing timing, double scale, Bill bill, Runnable firstByte) {
        return new Transcript(
                200,
                headers(JSON, timing),
                body.length,
                List.of(new Chunk(timing.totalMs() * scale, body)),
                Ending.COMPLETE,
                bill,
                firstByte);
    }

    /** A streamed answer, its events evenly spread between the first token and the end. */
    static Transcript stream(
            List<byte[]> events, Timing timing, double scale, Bill bill, Runnable firstByte) {
        Timing waited = timing.scaled(scale);
        double step = (waited.totalMs() - waited.firstTokenMs()) / Math.max(1, events.size() - 1);
        var chunks = new ArrayList<Chunk>(events.size());
        for (int i = 0; i < events.size(); i++) {
            chunks.add(new Chunk(waited.firstTokenMs() + i * step, events.get(i)));
        }
        return new Transcript(
                200,
                headers("text/event-stream; charset=utf-8", timing),
                -1,
                chunks,
                Ending.COMPLETE,
                bill,
                firstByte);
    }

    /** This answer with a fault in its middle or in its pace. */
    Transcript spoilt(Fault fault) {
        return switch (fault) {
            case CUT -> with(length, firstHalf(), Ending.RESET, bill.cutTo(0.5));
            case GARBAGE -> garbled();
            case SLOW -> with(length, dripping(), ending, bill);
            default -> this;
        };
    }

    boolean stream() {
        return length < 0;
    }

    Transcript withHeaders(Map<String, String> others) {
        return new Transcript(status, others, length, chunks, ending, bill, firstByte);
    }

    private Transcript with(
            long otherLength, List<Chunk> otherChunks, Ending otherEnding, Bill otherBill) {
        return new Transcript(
                status, headers, otherLength, otherChunks, otherEnding, otherBill, firstByte);
    }

    private Transcript garbled() {
        String rubbish = stream() ? "data: {\"id\": \"chatcm\n\n" : "\u0000<oops";
        var garbled = new ArrayList<>(firstHalf());
        garbled.add(new Chunk(garbled.getLast().atMs(), rubbish.getBytes(StandardCharsets.UTF_8)));
        long bytes = garbled.stream().mapToLong(chunk -> chunk.bytes().length).sum();
        return with(stream() ? -1 : bytes, garbled, ending, bill);
    }

    private List<Chunk> firstHalf() {
        if (chunks.size() > 1) {
            return chunks.subList(0, chunks.size() / 2);
        }
        Chunk only = chunks.getFirst();
        return List.of(
                new Chunk(only.atMs(), Arrays.copyOf(only.bytes(), only.bytes().length / 2)));
    }

    private List<Chunk> dripping() {
        var drops = new ArrayList<Chunk>();
        double at = chunks.getFirst().atMs();
        for (Chunk chunk : chunks) {
            for (int from = 0; from < chunk.bytes().length; from += DRIP_BYTES) {
                int to = Math.min(chunk.bytes().length, from + DRIP_BYTES);
                drops.add(new Chunk(at, Arrays.copyOfRange(chunk.bytes(), from, to)));
                at += DRIP_MS;
            }
        }
        return drops;
    }

    private static Map<String, String> headers(String contentType, Timing timing) {
        return Map.of(
                "content-type", contentType,
                "x-simulator-ttft-ms", millis(timing.firstTokenMs()),
                "x-simulator-time-ms", millis(timing.totalMs()));
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
