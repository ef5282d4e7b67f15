package dev.vivace.answer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** An answer's body without its content encoding. */
public final class Unpacked {
    private Unpacked() {}

    /**
     * Takes the encoding off.
     *
     * @param maxBytes what it may unpack to; a small body can hold a very large one
     * @return nothing if it is larger, damaged, or packed in a way that the JDK does not know
     */
    public static Optional<byte[]> of(Head head, byte[] body, long maxBytes) {
        String encoding =
                head.header("content-encoding").orElse("identity").toLowerCase(Locale.ROOT);
        if (encoding.equals("identity") || encoding.isEmpty()) {
            return Optional.of(body);
        }
        try (InputStream in = open(encoding, body)) {
            int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
            byte[] result = in.readNBytes(most + 1);
            return result.length > most ? Optional.empty() : Optional.of(result);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static InputStream open(String encoding, byte[] body) throws IOException {
        var in = new ByteArrayInputStream(body);
        return switch (encoding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in);
            case "deflate" -> new InflaterInputStream(in);
            default -> throw new IOException("unknown content encoding");
        };
    }
}
