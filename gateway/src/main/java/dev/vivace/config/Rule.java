package dev.vivace.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What one setting accepts: the only place that knows it, for the file as well as for code that
 * builds a {@link Config} itself.
 *
 * @param expected completes the sentence "must be ..."
 * @param parser throws {@link IllegalArgumentException} where the text is none
 * @param accepts whether a value is in range
 * @param printer how a value is shown in an error
 * @param secret its text must not be shown
 */
record Rule<T>(
        String expected,
        Function<String, T> parser,
        Predicate<T> accepts,
        Function<T, String> printer,
        boolean secret) {
    /** No value of ours needs more, and the patterns below may take their time. */
    private static final int LONGEST = 8_192;

    private static final Pattern INTEGER = Pattern.compile("[-+]?\\d{1,18}");
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    /** The value, if the text is one that is accepted. */
    Optional<T> read(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text)).filter(accepts);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * For the constructors.
     *
     * @throws IllegalArgumentException naming the field, the value and what is accepted
     */
    void require(String field, T value) {
        if (!accepts.test(value)) {
            String shown = secret ? "" : ", not " + Shown.text(printer.apply(value));
            throw new IllegalArgumentException(field + " must be " + expected + shown);
        }
    }

    static Rule<Integer> integer(int min, int max) {
        return new Rule<>(
                "a whole number from " + min + " to " + max,
                Rule::parseInteger,
                value -> value >= min && value <= max,
                String::valueOf,
                false);
    }

    /** US dollars per million tokens. */
    static Rule<Double> price() {
        return new Rule<>(
                "a price of 0 or more, in US dollars per million tokens",
                Rule::parseDecimal,
                value -> value >= 0 && Double.isFinite(value),
                String::valueOf,
                false);
    }

    static Rule<Long> bytes(long min, long max) {
        String top = max == Long.MAX_VALUE ? " or more" : " to " + Units.printBytes(max);
        return new Rule<>(
                "a size of " + Units.printBytes(min) + top + ", as in 512KB, 64MB or 1GB",
                Units::parseBytes,
                value -> value >= min && value <= max,
                Units::printBytes,
                false);
    }

    static Rule<Duration> duration(Duration min, Duration max) {
        return new Rule<>(
                "a duration of "
                        + Units.printDuration(min)
                        + " to "
                        + Units.printDuration(max)
                        + ", as in 500us, 2ms, 30s, 5m, 1h or 1d",
                Units::parseDuration,
                value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                Units::printDuration,
                false);
    }

    /** One of an enum's constants, in lower case. */
    static <E extends Enum<E>> Rule<E> choice(Class<E> type) {
        E[] all = type.getEnumConstants();
        String names =
                String.join(
                        ", ",
                        Arrays.stream(all)
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .toList());
        return new Rule<>(
                "one of " + names,
                text ->
                        Arrays.stream(all)
                                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
                                .findFirst()
                                .orElseThrow(IllegalArgumentException::new),
                value -> true,
                Enum::name,
                false);
    }

    static Rule<String> text(String expected, String regex) {
        var pattern = Pattern.compile(regex);
        return new Rule<>(
                expected,
                Function.identity(),
                text -> pattern.matcher(text).matches(),
                Function.identity(),
                false);
    }

    /** A credential, sent as an HTTP header: anything beyond visible ASCII would break that. */
    static Rule<String> credential() {
        Rule<String> visible =
                text(
                        "1 to 4,096 visible ASCII characters without spaces or line breaks"
                                + " (its value is not shown here)",
                        "[!-~]{1,4096}");
        return new Rule<>(visible.expected, visible.parser, visible.accepts, visible.printer, true);
    }

    static Rule<Path> path() {
        return new Rule<>(
                "the path of a directory",
                Path::of,
                path -> !path.toString().isBlank(),
                Path::toString,
                false);
    }

    /** An upstream's base. */
    static Rule<URI> url() {
        return new Rule<>(
                "an http:// or https:// URL with a host and a path that ends in /v1, without user,"
                        + " query or fragment",
                Rule::parseUrl,
                Rule::isBase,
                URI::toString,
                false);
    }

    private static boolean isBase(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        return (scheme.equals("http") || scheme.equals("https"))
                && url.getHost() != null
                && url.getPort() <= 65_535
                && url.getPort() != 0
                && url.getPath().endsWith("/v1")
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    private static URI parseUrl(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static int parseInteger(String text) {
        if (!INTEGER.matcher(text).matches()) {
            throw new IllegalArgumentException();
        }
        return Integer.parseInt(text);
    }

    /** {@link Double#parseDouble} alone also takes {@code 1d}, {@code 0x1p3} and {@code NaN}. */
    private static double parseDecimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException();
        }
        return Double.parseDouble(text);
    }
}
