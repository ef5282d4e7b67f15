package dev.vivace.config;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Sizes and durations as people write them. Sizes count in powers of 1,024 ({@code 64KB}, {@code
 * 256MB}, {@code 1GB}, plain bytes {@code 65536}); durations have one whole number and one unit
 * ({@code 500us}, {@code 2ms}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 1d}). What is printed
 * can be parsed, and means the same.
 */
public final class Units {
    private static final Pattern QUANTITY = Pattern.compile("(\\d{1,19})([A-Za-z]*)");
    private static final Pattern SHARE = Pattern.compile("\\d{1,9}(\\.\\d{1,18})?%?");

    private static final Map<String, Long> SIZES = new LinkedHashMap<>();
    private static final Map<String, ChronoUnit> DURATIONS = new LinkedHashMap<>();

    // Largest first: the first that divides a value is the one that it is printed in.
    static {
        SIZES.put("GB", 1L << 30);
        SIZES.put("MB", 1L << 20);
        SIZES.put("KB", 1L << 10);
        SIZES.put("", 1L);
        DURATIONS.put("d", ChronoUnit.DAYS);
        DURATIONS.put("h", ChronoUnit.HOURS);
        DURATIONS.put("m", ChronoUnit.MINUTES);
        DURATIONS.put("s", ChronoUnit.SECONDS);
        DURATIONS.put("ms", ChronoUnit.MILLIS);
        DURATIONS.put("us", ChronoUnit.MICROS);
        DURATIONS.put("ns", ChronoUnit.NANOS);
    }

    private Units() {}

    /**
     * A size in bytes, 0 or more.
     *
     * @throws IllegalArgumentException if it is not one, or more than a {@code long} holds
     */
    public static long parseBytes(String text) {
        var quantity = QUANTITY.matcher(text);
        try {
            if (quantity.matches()) {
                Long unit = SIZES.get(quantity.group(2));
                if (unit != null) {
                    return Math.multiplyExact(Long.parseLong(quantity.group(1)), unit);
                }
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is too large", e);
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a size such as 64KB, 256MB or 1GB, or plain bytes");
    }

    /** In the largest unit that loses nothing. */
    public static String printBytes(long bytes) {
        for (var unit : SIZES.entrySet()) {
            if (bytes != 0 && bytes % unit.getValue() == 0) {
                return bytes / unit.getValue() + unit.getKey();
            }
        }
        return "0";
    }

    /**
     * A duration, 0 or more; a plain {@code 0} needs no unit.
     *
     * @throws IllegalArgumentException if it is not one, or more than a {@code Duration} holds
     */
    public static Duration parseDuration(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        var quantity = QUANTITY.matcher(text);
        try {
            if (quantity.matches()) {
                ChronoUnit unit = DURATIONS.get(quantity.group(2));
                if (unit != null) {
                    return unit.getDuration().multipliedBy(Long.parseLong(quantity.group(1)));
                }
            }
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is too long", e);
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a duration such as 500us, 2ms, 30s, 5m, 1h or 1d");
    }

    /** In the largest unit that loses nothing. */
    public static String printDuration(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        for (var name : DURATIONS.entrySet()) {
            Duration unit = name.getValue().getDuration();
            try {
                long count = duration.dividedBy(unit);
                if (unit.multipliedBy(count).equals(duration)) {
                    return count + name.getKey();
                }
            } catch (ArithmeticException e) {
                break; // more nanoseconds than a long holds: no unit fits
            }
        }
        return duration.toString();
    }

    /**
     * A share: {@code 10%} or {@code 0.1}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static double parseShare(String text) {
        if (!SHARE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a share such as 10% or 0.1");
        }
        return text.endsWith("%")
                ? new BigDecimal(text.substring(0, text.length() - 1))
                        .movePointLeft(2)
                        .doubleValue()
                : Double.parseDouble(text);
    }

    /** As a percentage. */
    static String printShare(double share) {
        return Double.isFinite(share)
                ? BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString()
                        + "%"
                : String.valueOf(share);
    }

    static String printSwitch(boolean on) {
        return on ? "on" : "off";
    }

    /** As a file writes an enum's constant. */
    static String printChoice(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
