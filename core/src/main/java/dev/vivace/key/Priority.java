package dev.vivace.key;

/** Who goes first where calls wait; nobody waits for ever. In order, the first goes first. */
public enum Priority {
    HIGH,
    NORMAL,
    LOW
}
