package dev.vivace.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one setting accepts: the only place that knows it, for the file as well as for code that
 * builds a {@link Config} itself.
 *
 * @param expected completes the sentence "must be ..."
 * @param parser throws {@link IllegalArgumentException} where the text is none
 * @param accepts whether a value is in range
 * @param printer how a value is shown in an error
 * @param secret its text must not be shown
 * @param types the JSON schemas of which a value in a file matches one
 */
record Rule<T>(
        String expected,
        Function<String, T> parser,
        Predicate<T> accepts,
        Function<T, String> printer,
        boolean secret,
        List<Map<String, Object>> types) {
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
                false,
                JsonTypes.whole(min, max));
    }

    static Rule<Long> whole(long min, long max) {
        return new Rule<>(
                "a whole number from " + min + " to " + max,
                Rule::parseLong,
                value -> value >= min && value <= max,
                String::valueOf,
                false,
                JsonTypes.whole(min, max));
    }

    /** A share of something, written as a percentage or as a fraction. */
    static Rule<Double> share(boolean zero) {
        return new Rule<>(
                (zero ? "a share of 0% to 100%" : "a share above 0% and up to 100%")
                        + ", as in 10% or 0.1",
                Units::parseShare,
                value -> (zero ? value >= 0 : value > 0) && value <= 1,
                Units::printShare,
                false,
                JsonTypes.share());
    }

    static Rule<Boolean> onOff() {
        return new Rule<>(
                "one of on, off",
                text ->
                        switch (text) {
                            case "on" -> true;
                            case "off" -> false;
                            default -> throw new IllegalArgumentException();
                        },
                value -> true,
                Units::printSwitch,
                false,
                JsonTypes.oneOf(List.of("on", "off")));
    }

    static Rule<Double> dollars(long most) {
        return new Rule<>(
                "an amount of 0 to " + most + " US dollars",
                Rule::parseDecimal,
                value -> value >= 0 && value <= most,
                String::valueOf,
                false,
                JsonTypes.number(0, most));
    }

    /** US dollars per million tokens. */
    static Rule<Double> price() {
        return new Rule<>(
                "a price of 0 or more, in US dollars per million tokens",
                Rule::parseDecimal,
                value -> value >= 0 && Double.isFinite(value),
                String::valueOf,
                false,
                JsonTypes.number(0, Double.POSITIVE_INFINITY));
    }

    static Rule<Long> bytes(long min, long max) {
        String top = max == Long.MAX_VALUE ? " or more" : " to " + Units.printBytes(max);
        return new Rule<>(
                "a size of " + Units.printBytes(min) + top + ", as in 512KB, 64MB or 1GB",
                Units::parseBytes,
                value -> value >= min && value <= max,
                Units::printBytes,
                false,
                JsonTypes.size());
    }

    static Rule<Duration> duration(Duration min, Duration max) {
        return new Rule<>(
                "a duration of "
                        + Units.printDuration(min)
                        + " to "
                        + Units.printDuration(max)
                        + ", as in "
                        + examples(min, max),
                Units::parseDuration,
                value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                Units::printDuration,
                false,
                JsonTypes.duration());
    }

    /** Those that there may be. */
    private static String examples(Duration min, Duration max) {
        List<String> all =
                Stream.of("500us", "2ms", "30s", "5m", "1h", "1d")
                        .filter(each -> {
                            Duration value = Units.parseDuration(each);
                            return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
                        })
                        .toList();
        int last = all.size() - 1;
        return last < 1
                ? all.stream().findFirst().orElseGet(() -> Units.printDuration(min))
                : String.join(", ", all.subList(0, last)) + " or " + all.get(last);
    }

    /** One of an enum's constants, in lower case, with '-' between words. */
    static <E extends Enum<E>> Rule<E> choice(Class<E> type) {
        E[] all = type.getEnumConstants();
        List<String> names = Arrays.stream(all).map(Units::printChoice).toList();
        return new Rule<>(
                "one of " + String.join(", ", names),
                text ->
                        Arrays.stream(all)
                                .filter(one -> Units.printChoice(one).equals(text))
                                .findFirst()
                                .orElseThrow(IllegalArgumentException::new),
                value -> true,
                Units::printChoice,
                false,
                JsonTypes.oneOf(names));
    }

    static Rule<String> text(String expected, String regex) {
        var pattern = Pattern.compile(regex);
        return new Rule<>(
                expected,
                Function.identity(),
                text -> pattern.matcher(text).matches(),
                Function.identity(),
                false,
                JsonTypes.text(regex));
    }

    /** A text that is shown nowhere. */
    static Rule<String> secret(String expected, String regex) {
        Rule<String> plain = text(expected, regex);
        return new Rule<>(
                plain.expected, plain.parser, plain.accepts, plain.printer, true, plain.types);
    }

    static Rule<Boolean> yesNo() {
        return new Rule<>(
                "one of true, false",
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException();
                        },
                value -> true,
                String::valueOf,
                false,
                List.of(JsonTypes.type("boolean")));
    }

    /** A credential, sent as an HTTP header: anything beyond visible ASCII would break that. */
    static Rule<String> credential() {
        return secret(
                "1 to 4,096 visible ASCII characters without spaces or line breaks"
                        + " (its value is not shown here)",
                "[!-~]{1,4096}");
    }

    static Rule<Path> path() {
        return new Rule<>(
                "the path of a directory",
                Path::of,
                path -> !path.toString().isBlank(),
                Path::toString,
                false,
                JsonTypes.text(".*\\S.*"));
    }

    /** An upstream's base. */
    static Rule<URI> url() {
        return new Rule<>(
                "an http:// or https:// URL with a host and a path that ends in /v1, without user,"
                        + " query or fragment",
                Rule::parseUrl,
                Rule::isBase,
                URI::toString,
                false,
                JsonTypes.text("[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?/v1"));
    }

    /** An address of any path. */
    static Rule<URI> address() {
        return new Rule<>(
                "an http:// or https:// URL with a host, without user or fragment",
                Rule::parseUrl,
                Rule::isAddress,
                URI::toString,
                false,
                JsonTypes.text("[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?(\\?[^#]*)?"));
    }

    /** Where Redis is; the password may stand in it. */
    static Rule<URI> redis() {
        return new Rule<>(
                "a redis:// or rediss:// URL with a host, and with a database's number or nothing"
                        + " as its path, as in redis://:PASSWORD@host:6379/0 (its value is not shown here)",
                Rule::parseUrl,
                Rule::isRedis,
                URI::toString,
                true,
                JsonTypes.text("rediss?://([^/?#@]*@)?[^/?#@]+(/\\d{0,4})?"));
    }

    private static boolean isRedis(URI url) {
        return ("redis".equals(url.getScheme()) || "rediss".equals(url.getScheme()))
                && url.getHost() != null
                && url.getPort() <= 65_535
                && url.getPort() != 0
                && url.getPath().matches("(/\\d{0,4})?")
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    private static boolean isBase(URI url) {
        return isAddress(url) && url.getPath().endsWith("/v1") && url.getRawQuery() == null;
    }

    private static boolean isAddress(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        return (scheme.equals("http") || scheme.equals("https"))
                && url.getHost() != null
                && url.getPort() <= 65_535
                && url.getPort() != 0
                && url.getRawUserInfo() == null
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

    private static long parseLong(String text) {
        if (!INTEGER.matcher(text).matches()) {
            throw new IllegalArgumentException();
        }
        return Long.parseLong(text);
    }

    /** {@link Double#parseDouble} alone also takes {@code 1d}, {@code 0x1p3} and {@code NaN}. */
    private static double parseDecimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException();
        }
        return Double.parseDouble(text);
    }
}
