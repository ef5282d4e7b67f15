package dev.vivace.ledger;

/**
 * What one stage did to one call.
 *
 * @param stage the stage's name: {@code exact-cache}, {@code join}, {@code batch}, {@code deliver}
 * @param outcome one of the few words of that stage, such as {@code hit}; it becomes a metric label
 */
public record StageNote(String stage, String outcome) {}
