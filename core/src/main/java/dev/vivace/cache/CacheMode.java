package dev.vivace.cache;

/** Which requests are answered from the exact cache and joined. */
public enum CacheMode {
    /** Those that have temperature 0 or a seed, and so may have the same answer again. */
    DETERMINISTIC,
    /** All, because whoever asks says that any good answer will do. */
    ALL,
    /** None. */
    OFF
}
