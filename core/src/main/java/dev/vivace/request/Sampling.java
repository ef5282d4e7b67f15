package dev.vivace.request;

import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;

/** How a request has its answer drawn: a request with a seed or temperature 0 names one answer. */
final class Sampling {
    private boolean zeroTemperature;
    private boolean seed;

    void clear() {
        zeroTemperature = seed = false;
    }

    boolean fixed() {
        return zeroTemperature || seed;
    }

    /** Reads and digests the seed, whose name the reader has just read. */
    void seed(JsonReader reader, byte[] body, MeaningDigest digest) {
        digest.memberName(reader, body);
        seed = Values.number(reader.peek());
        digest.value(reader, body);
    }

    /** Reads and digests the temperature, whose name the reader has just read. */
    void temperature(JsonReader reader, byte[] body, MeaningDigest digest) {
        digest.memberName(reader, body);
        byte kind = reader.peek();
        if (kind != 'n' && !Values.number(kind)) {
            throw reader.fail("'temperature' must be a number");
        }
        digest.value(reader, body);
        zeroTemperature = kind != 'n' && zero(body, reader.textStart(), reader.textEnd());
    }

    private static boolean zero(byte[] body, int from, int to) {
        for (int i = from; i < to && (body[i] | 0x20) != 'e'; i++) {
            if (body[i] >= '1' && body[i] <= '9') {
                return false;
            }
        }
        return true;
    }
}
