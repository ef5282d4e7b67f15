package dev.vivace.key;

import dev.vivace.disk.PrivateDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of {@code spending.bin}, mapped: what is added is in the page cache at once and
 * outlives the process, however that ends. Its length is that of all slots; a part that holds none
 * is not written, so that it takes no room on the disk.
 *
 * <pre>
 *    0  magic and version     8  slots that were ever used
 *   16  1 if it was closed   24  the boot of the machine that opened it, 16 bytes
 *  4096  slots
 * </pre>
 */
final class SpendingFile implements AutoCloseable {
    /** What an opened file is worth. */
    enum State {
        /** All that was ever added is in it. */
        EXACT,
        /** The machine went down under it: what was not yet forced to the disk may be missing. */
        PERHAPS_BEHIND,
        /** It is new, because the one that was there could not be read. */
        LOST
    }

    private static final Logger LOG = LoggerFactory.getLogger(Spending.class);
    private static final long MAGIC = 0x31_44_4e_45_50_53_56_56L; // "VVSPEND1"
    private static final String NAME = "spending.bin";
    private static final int HEADER = 4096;
    private static final int GROWTH = 512;
    private static final int USED = 8;
    private static final int CLOSED = 16;
    private static final int BOOT = 24;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final FileChannel channel;
    private final MemorySegment all;
    private final int slots;
    private final State state;
    private int written;

    private SpendingFile(FileChannel channel, MemorySegment all, int slots, boolean lost) {
        this.channel = channel;
        this.all = all;
        this.slots = slots;
        this.written = used();
        this.state = lost ? State.LOST : exact() ? State.EXACT : State.PERHAPS_BEHIND;
        // Of no boot until it is complete: who is killed while it is counted again counts again.
        boot(new UUID(0, 0));
        SpendingSlot.header(all, CLOSED, 0);
        all.force();
    }

    /** What it holds is all there was: from now on whatever is added is exact. */
    void complete() {
        boot(boot());
        all.force();
    }

    private void boot(UUID id) {
        SpendingSlot.header(all, BOOT, id.getMostSignificantBits());
        SpendingSlot.header(all, BOOT + Long.BYTES, id.getLeastSignificantBits());
    }

    /**
     * Opens the file, or makes it.
     *
     * @throws IOException if it can be neither, or another process has it
     */
    static SpendingFile open(Path directory, int slots) throws IOException {
        var owned = new PrivateDirectory(directory);
        owned.make();
        Path file = directory.resolve(NAME);
        boolean there = Files.exists(file) && Files.size(file) > 0;
        owned.prepare(file);
        FileChannel channel = opened(file);
        MemorySegment all = map(channel, slots, there);
        if (all != null) {
            return new SpendingFile(channel, all, slots, false);
        }
        channel.close();
        Path aside = directory.resolve("spending.bin.broken-" + System.currentTimeMillis());
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.warn(
                "{} is damaged or no file of ours: it is now {}, and what was spent this month is counted again from the ledger",
                file,
                aside.getFileName());
        owned.prepare(file);
        FileChannel fresh = opened(file);
        MemorySegment empty = map(fresh, slots, false);
        if (empty == null) {
            throw new IOException(file + " cannot be made");
        }
        return new SpendingFile(fresh, empty, slots, true);
    }

    /** The slots that are there now, read beside whoever has the file; none if it is not ours. */
    static List<SpendingSlot> peek(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file) || Files.size(file) < HEADER) {
            return List.of();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = channel.size();
            MemorySegment all =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, length, Arena.ofAuto());
            int slots = (int) ((length - HEADER) / SpendingSlot.BYTES);
            return sound(all, slots)
                    ? IntStream.range(0, (int) SpendingSlot.get(all, USED))
                            .mapToObj(i -> SpendingSlot.there(slot(all, i)))
                            .toList()
                    : List.of();
        }
    }

    private static FileChannel opened(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // as below
        }
        channel.close();
        throw new IOException(file + " is in use by another gateway");
    }

    private static @Nullable MemorySegment map(FileChannel channel, int slots, boolean there)
            throws IOException {
        long length = HEADER + (long) slots * SpendingSlot.BYTES;
        if (there && channel.size() != length) {
            return null;
        }
        // Never unmapped by hand: a call may still end while the gateway closes.
        MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, length, Arena.ofAuto());
        if (!there) {
            channel.write(ByteBuffer.allocate(HEADER), 0);
            SpendingSlot.header(all, CLOSED, 1);
            all.force();
            SpendingSlot.header(all, 0, MAGIC);
            return all;
        }
        return sound(all, slots) ? all : null;
    }

    private static boolean sound(MemorySegment all, int slots) {
        long used = SpendingSlot.get(all, USED);
        if (SpendingSlot.get(all, 0) != MAGIC || used < 0 || used > slots) {
            return false;
        }
        for (int i = 0; i < used; i++) {
            if (!SpendingSlot.there(slot(all, i)).sound()) {
                return false;
            }
        }
        return true;
    }

    State state() {
        return state;
    }

    /** How many slots were ever used: those before this one. */
    int used() {
        return (int) SpendingSlot.get(all, USED);
    }

    SpendingSlot there(int index) {
        return SpendingSlot.there(slot(all, index));
    }

    /** Whether there is a slot that was never used. */
    boolean room() {
        return used() < slots;
    }

    /**
     * Makes a slot of one that was never used.
     *
     * @throws IOException if the disk is full
     */
    SpendingSlot make(String name, Today today) throws IOException {
        int index = used();
        if (index == written) {
            // Written before it is mapped memory that is stored to: on a full disk that is a fault
            // of the process, and this an exception.
            int more = Math.min(GROWTH, slots - written);
            channel.write(
                    ByteBuffer.allocate(more * SpendingSlot.BYTES),
                    HEADER + (long) written * SpendingSlot.BYTES);
            written += more;
        }
        SpendingSlot made = SpendingSlot.made(slot(all, index), name, today);
        SpendingSlot.header(all, USED, index + 1L);
        return made;
    }

    /** Has the disk take what was added. */
    void force() {
        all.force();
    }

    @Override
    public void close() throws IOException {
        all.force();
        SpendingSlot.header(all, CLOSED, 1);
        all.force();
        channel.close();
    }

    private static MemorySegment slot(MemorySegment all, int index) {
        return all.asSlice(HEADER + (long) index * SpendingSlot.BYTES, SpendingSlot.BYTES);
    }

    /** It was closed, or the kernel that had its pages when the process was killed still runs. */
    private boolean exact() {
        UUID now = boot();
        return SpendingSlot.get(all, CLOSED) == 1
                || now.getMostSignificantBits() != 0
                        && now.getMostSignificantBits() == SpendingSlot.get(all, BOOT)
                        && now.getLeastSignificantBits()
                                == SpendingSlot.get(all, BOOT + Long.BYTES);
    }

    /** Which start of the machine this is; nothing where the system does not say. */
    private static UUID boot() {
        try {
            return UUID.fromString(Files.readString(BOOT_ID).strip());
        } catch (IOException | IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }
}
