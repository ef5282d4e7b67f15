package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class UnpackedTest {
    private static final byte[] BODY = "hello, hello, hello".getBytes(UTF_8);

    private interface Packing {
        OutputStream around(OutputStream out) throws IOException;
    }

    @Test
    void whatIsNotPackedIsTheSameArray() {
        assertSame(BODY, Unpacked.of(new Head(200, List.of()), BODY, 5).orElseThrow());
        assertSame(BODY, Unpacked.of(head("Identity"), BODY, 5).orElseThrow());
    }

    @Test
    void whatTheJdkKnowsIsUnpacked() throws IOException {
        for (String name : List.of("gzip", "GZIP", "x-gzip")) {
            byte[] packed = packed(GZIPOutputStream::new, BODY);
            assertArrayEquals(BODY, Unpacked.of(head(name), packed, 100).orElseThrow());
        }
        byte[] packed = packed(DeflaterOutputStream::new, BODY);
        assertArrayEquals(BODY, Unpacked.of(head("deflate"), packed, 100).orElseThrow());
        assertEquals(Optional.empty(), Unpacked.of(head("br"), BODY, 100));
        assertEquals(Optional.empty(), Unpacked.of(head("gzip, br"), BODY, 100));
    }

    @Test
    void theBoundIsWhatItUnpacksTo() throws IOException {
        byte[] bomb = packed(GZIPOutputStream::new, new byte[1_000_000]);
        assertEquals(1_000_000, Unpacked.of(head("gzip"), bomb, 1_000_000).orElseThrow().length);
        assertEquals(Optional.empty(), Unpacked.of(head("gzip"), bomb, 999_999));
        assertEquals(Optional.empty(), Unpacked.of(head("gzip"), bomb, 0));
    }

    @Test
    void damagedBytesAreNothing() throws IOException {
        byte[] text = new byte[5_000];
        new Random(1).nextBytes(text);
        byte[] packed = packed(GZIPOutputStream::new, text);
        assertEquals(Optional.empty(), Unpacked.of(head("gzip"), BODY, 100));
        assertEquals(Optional.empty(), Unpacked.of(head("gzip"), new byte[0], 100));
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            byte[] cut = Arrays.copyOf(packed, random.nextInt(packed.length));
            assertEquals(Optional.empty(), Unpacked.of(head("gzip"), cut, 10_000));
            byte[] flipped = packed.clone();
            flipped[20 + random.nextInt(packed.length - 20)] ^= 1;
            Unpacked.of(head("gzip"), flipped, 10_000)
                    .ifPresent(result -> assertArrayEquals(text, result));
        }
    }

    private static Head head(String encoding) {
        return new Head(200, List.of(new Header("Content-Encoding", encoding)));
    }

    private static byte[] packed(Packing packing, byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = packing.around(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }
}
