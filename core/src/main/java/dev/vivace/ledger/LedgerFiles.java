package dev.vivace.ledger;

import dev.vivace.disk.PrivateDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The ledger on disk: JSON Lines, in files {@code DAY.NUMBER.jsonl} by the day (UTC) on which they
 * were written. One thread writes.
 *
 * <p>A disk that fails costs entries on disk and nothing else: they are counted, it is logged once
 * per minute, and the next batch tries again. A new file, or one that was not ended by a line
 * break, begins on a line of its own, so that a torn line harms no other.
 */
final class LedgerFiles implements AutoCloseable {
    static final long FILE_BYTES = 64L << 20;
    static final long TOTAL_BYTES = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final Pattern NAME =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})\\.(\\d{6})\\.jsonl");

    private final JsonFactory json = new JsonFactory();
    private final LongAdder unwritten = new LongAdder();
    private final Seldom seldom = new Seldom(System::nanoTime);
    private final Path directory;
    private final PrivateDirectory owned;
    private final long fileBytes;
    private final long totalBytes;
    private final Clock clock;
    private Optional<Open> open = Optional.empty();
    private volatile boolean failing;

    private record Open(FileChannel channel, String day) {}

    /**
     * @param directory made when the first entry is written
     * @param fileBytes a file that would become longer is left for a new one
     * @param totalBytes most bytes of all files; the oldest ones go. At least two files' worth.
     */
    LedgerFiles(Path directory, long fileBytes, long totalBytes, Clock clock) {
        this.directory = directory;
        this.owned = new PrivateDirectory(directory);
        this.fileBytes = fileBytes;
        this.totalBytes = totalBytes;
        this.clock = clock;
    }

    /**
     * The last entries written, oldest first; none if they cannot be read. To be asked at first.
     */
    List<LedgerEntry> latest(int limit) {
        try {
            List<Path> newestFirst = files().reversed();
            if (!newestFirst.isEmpty() && torn(newestFirst.getFirst())) {
                LOG.warn(
                        "{} ends in the middle of an entry, as after a kill: that entry is passed over",
                        newestFirst.getFirst());
            }
            return LedgerTail.read(newestFirst, limit);
        } catch (IOException e) {
            LOG.warn("The earlier ledger in {} cannot be read: {}", directory, e.toString());
            return List.of();
        }
    }

    /**
     * Writes a batch, or counts it as {@link #unwritten}. After a failure, an empty one tries
     * whether the disk is well again.
     */
    void append(List<LedgerEntry> batch) {
        if (batch.isEmpty() && !failing) {
            return;
        }
        try {
            // Nobody may send anything to a gateway that says it is not ready: an empty line tries.
            ByteBuffer lines = ByteBuffer.wrap(batch.isEmpty() ? new byte[] {'\n'} : lines(batch));
            FileChannel to = ready(lines.remaining());
            while (lines.hasRemaining()) {
                to.write(lines);
            }
            failing = false;
        } catch (IOException | RuntimeException e) {
            unwritten.add(batch.size());
            failing = true;
            if (seldom.again()) {
                LOG.warn(
                        "The ledger cannot be written to {}: {}; {} entries are not on disk so far",
                        directory,
                        e.toString(),
                        unwritten.sum());
            }
            close();
        }
    }

    /** Why entries cannot be written; empty if the last ones could. */
    Optional<String> failure() {
        return failing
                ? Optional.of(
                        "the ledger cannot be written to %s; %d entries are not on disk"
                                .formatted(directory, unwritten.sum()))
                : Optional.empty();
    }

    /** How many entries did not reach the disk since the start, at most. */
    long unwritten() {
        return unwritten.sum();
    }

    /** The next {@link #append} opens again. */
    @Override
    public void close() {
        try {
            if (open.isPresent()) {
                open.get().channel().close();
            }
        } catch (IOException e) {
            LOG.debug("closing the ledger's file", e);
        }
        open = Optional.empty();
    }

    private byte[] lines(List<LedgerEntry> batch) {
        var lines = new ByteArrayOutputStream(batch.size() * 700);
        try (JsonGenerator to = json.createGenerator(ObjectWriteContext.empty(), lines)) {
            for (LedgerEntry entry : batch) {
                LedgerJson.write(entry, to);
                to.writeRaw('\n');
            }
        }
        return lines.toByteArray();
    }

    /** A file of today with room for so many bytes. */
    private FileChannel ready(int bytes) throws IOException {
        String today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
        if (open.isPresent()) {
            Open now = open.get();
            if (now.day().equals(today) && now.channel().size() + bytes <= fileBytes) {
                return now.channel();
            }
            close();
        }
        owned.make();
        Path file = choose(today, bytes);
        makeRoom(file);
        boolean torn = torn(file);
        owned.prepare(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND);
        open = Optional.of(new Open(channel, today));
        if (torn) {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return channel;
    }

    private Path choose(String today, int bytes) throws IOException {
        int number = 1;
        for (Path file : files()) {
            var name = NAME.matcher(file.getFileName().toString());
            if (name.matches() && name.group(1).equals(today)) {
                boolean room = Files.size(file) + bytes < fileBytes;
                number = Integer.parseInt(name.group(2)) + (room ? 0 : 1);
            }
        }
        return directory.resolve("%s.%06d.jsonl".formatted(today, number));
    }

    /** Deletes the oldest until the others and a full {@code file} are within the bound. */
    private void makeRoom(Path file) throws IOException {
        List<Path> others = new ArrayList<>(files());
        others.remove(file);
        long total = fileBytes;
        for (Path other : others) {
            total += Files.size(other);
        }
        for (Path oldest : others) {
            if (total <= totalBytes) {
                return;
            }
            total -= Files.size(oldest);
            Files.delete(oldest);
        }
    }

    private static boolean torn(Path file) throws IOException {
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return from.size() > 0 && from.read(last, from.size() - 1) == 1 && last.get(0) != '\n';
        } catch (NoSuchFileException isNew) {
            return false;
        }
    }

    private List<Path> files() throws IOException {
        return of(directory);
    }

    /** Oldest first; the names sort by time. */
    static List<Path> of(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }
}
