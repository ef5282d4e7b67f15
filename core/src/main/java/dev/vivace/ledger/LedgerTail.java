package dev.vivace.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the last entries of ledger files from their end, so that the time depends on how many are
 * wanted and not on how much is there. A line that is no entry, such as one torn by a crash, is
 * passed over.
 */
final class LedgerTail {
    private static final int BLOCK = 256 << 10;
    private static final int LONGEST_LINE = 1 << 20;

    private final ArrayDeque<LedgerEntry> entries = new ArrayDeque<>();
    private final int limit;

    private LedgerTail(int limit) {
        this.limit = limit;
    }

    /**
     * @return at most {@code limit}, oldest first
     */
    static List<LedgerEntry> read(List<Path> newestFirst, int limit) throws IOException {
        var tail = new LedgerTail(limit);
        for (Path file : newestFirst) {
            tail.read(file);
        }
        return new ArrayList<>(tail.entries);
    }

    private void read(Path file) throws IOException {
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] rest = {}; // of a line, what follows the part still unread
            long start = from.size();
            while (start > 0 && rest.length <= LONGEST_LINE && entries.size() < limit) {
                int length = (int) Math.min(BLOCK, start);
                start -= length;
                byte[] block = Arrays.copyOf(block(from, start, length), length + rest.length);
                System.arraycopy(rest, 0, block, length, rest.length);
                rest = lines(block, length);
            }
            if (start == 0) {
                line(rest);
            }
        }
    }

    /** Takes all lines but the first; {@code breaks} is where the last line break can be. */
    private byte[] lines(byte[] block, int breaks) {
        int end = block.length;
        for (int i = breaks - 1; i >= 0; i--) {
            if (block[i] == '\n') {
                line(Arrays.copyOfRange(block, i + 1, end));
                end = i;
            }
        }
        return Arrays.copyOf(block, end);
    }

    private void line(byte[] line) {
        if (line.length > 0 && entries.size() < limit) {
            LedgerJson.read(line).ifPresent(entries::addFirst);
        }
    }

    private static byte[] block(FileChannel from, long start, int length) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(length);
        while (block.hasRemaining()) {
            if (from.read(block, start + block.position()) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
        return block.array();
    }
}
