package dev.vivace.cache;

import dev.vivace.answer.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A cached answer as bytes, for a disk or another process, with a checksum in front: a damaged
 * entry is no entry. Its key counts too, for damage can put a sound answer behind the key of
 * another.
 */
public final class CachedAnswerFormat {
    private static final int VERSION = 2;

    private CachedAnswerFormat() {}

    /**
     * @param key whatever the answer belongs to; it is not in the result, but reading needs it
     */
    public static byte[] write(byte[] key, CachedAnswer answer) {
        var bytes = new ByteArrayOutputStream(answer.weight());
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(0);
            out.writeByte(VERSION);
            out.writeLong(answer.storedAt());
            out.writeLong(answer.ttl().toMillis());
            text(out, answer.model());
            text(out, answer.scope());
            out.writeInt(answer.tags().size());
            for (String tag : answer.tags()) {
                text(out, tag);
            }
            text(out, answer.question());
            out.writeBoolean(answer.usage().isPresent());
            if (answer.usage().isPresent()) {
                Usage usage = answer.usage().get();
                out.writeLong(usage.fresh());
                out.writeLong(usage.cached());
                out.writeLong(usage.output());
            }
            out.writeDouble(answer.costUsd());
            body(out, answer.object());
            body(out, answer.stream());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        byte[] result = bytes.toByteArray();
        long sum = checksum(key, result);
        for (int i = 0; i < 8; i++) {
            result[i] = (byte) (sum >> 56 - 8 * i);
        }
        return result;
    }

    /** Nothing if it is damaged, of another version or of another key. */
    public static Optional<CachedAnswer> read(byte[] key, byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (bytes.length < 9
                    || in.readLong() != checksum(key, bytes)
                    || in.readByte() != VERSION) {
                return Optional.empty();
            }
            long storedAt = in.readLong();
            Duration ttl = Duration.ofMillis(in.readLong());
            String model = text(in);
            String scope = text(in);
            List<String> tags = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                tags.add(text(in));
            }
            String question = text(in);
            Optional<Usage> usage =
                    in.readBoolean()
                            ? Optional.of(new Usage(in.readLong(), in.readLong(), in.readLong()))
                            : Optional.empty();
            double cost = in.readDouble();
            return Optional.of(
                    new CachedAnswer(
                            storedAt,
                            ttl,
                            model,
                            scope,
                            List.copyOf(tags),
                            question,
                            usage,
                            cost,
                            body(in),
                            body(in)));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static long checksum(byte[] key, byte[] bytes) {
        var sum = new CRC32C();
        sum.update(key);
        sum.update(bytes, 8, bytes.length - 8);
        return sum.getValue();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static void body(DataOutputStream out, Optional<byte[]> body) throws IOException {
        out.writeInt(body.map(bytes -> bytes.length).orElse(-1));
        if (body.isPresent()) {
            out.write(body.get());
        }
    }

    private static Optional<byte[]> body(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? Optional.empty() : Optional.of(in.readNBytes(length));
    }
}
