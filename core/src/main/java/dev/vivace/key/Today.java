package dev.vivace.key;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * The day and the month (UTC) that spending counts for.
 *
 * @param day since the epoch
 * @param month since the year 0
 */
record Today(long day, long month) {
    private static final long DAY_MILLIS = 86_400_000;

    static Today at(long millis) {
        return of(Math.floorDiv(millis, DAY_MILLIS));
    }

    static Today of(long day) {
        LocalDate date = LocalDate.ofEpochDay(day);
        return new Today(day, date.getYear() * 12L + date.getMonthValue() - 1);
    }

    /** The same object while it is the same day. */
    Today then(long millis) {
        return Math.floorDiv(millis, DAY_MILLIS) == day ? this : at(millis);
    }

    Instant dayEnds() {
        return LocalDate.ofEpochDay(day + 1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    Instant monthEnds() {
        return firstOfMonth().plusMonths(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    LocalDate firstOfMonth() {
        return LocalDate.ofEpochDay(day).withDayOfMonth(1);
    }

    /** As in {@code 2026-11-21}. */
    String dayName() {
        return LocalDate.ofEpochDay(day).toString();
    }

    /** As in {@code 2026-11}. */
    String monthName() {
        return dayName().substring(0, 7);
    }
}
