package dev.vivace.replica;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Small records that every replica has all of, such as client keys. Thread-safe, never blocks; what
 * is put while the store is gone reaches it when it is back.
 */
public interface SharedRecords {
    /** Puts a record; the last one of its id stays. */
    void put(String id, byte[] value);

    /**
     * Says what all records are: once as soon as they are known, and after every change by anybody,
     * within about a second. One call at a time.
     */
    void onChange(Consumer<Map<String, byte[]>> all);
}
