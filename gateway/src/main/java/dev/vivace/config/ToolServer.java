package dev.vivace.config;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** An MCP server whose tools are offered: a program that is started here, or an address. */
public sealed interface ToolServer {
    Rule<String> NAME =
            Rule.text(
                    "1 to 32 letters, digits, '_' or '-', beginning with a letter or digit",
                    "[A-Za-z0-9][A-Za-z0-9_-]{0,31}");
    Rule<String> COMMAND = Rule.text("the path or the name of a program", "[^\\p{Cntrl}]{1,4096}");
    Rule<String> ARGUMENT =
            Rule.secret(
                    "a text of at most 8,192 characters (its value is not shown here)",
                    "[^\\x00]{0,8192}");
    Rule<String> VARIABLE =
            Rule.text(
                    "the name of a variable: letters, digits and '_'",
                    "[A-Za-z_][A-Za-z0-9_]{0,255}");
    Rule<String> VALUE =
            Rule.secret(
                    "a text of at most 8,192 characters (its value is not shown here)",
                    "[^\\x00]{0,8192}");
    Rule<URI> URL = Rule.address();
    Rule<String> HEADER =
            Rule.text("the name of an HTTP header", "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}");
    Rule<String> HEADER_VALUE =
            Rule.secret(
                    "1 to 8,192 visible ASCII characters or spaces (its value is not shown here)",
                    "[!-~][ -~]{0,8191}");
    Rule<Boolean> TRUST = Rule.yesNo();
    Rule<Duration> TIMEOUT = Rule.duration(Duration.ofMillis(1), Duration.ofDays(1));
    Rule<Integer> CONCURRENCY = Rule.integer(1, 10_000);
    Rule<Duration> TTL = Rule.duration(Duration.ZERO, Duration.ofDays(1));

    int MOST_ARGUMENTS = 1_000;

    /**
     * The server with whose tools those of this one could be mistaken, since tools are called
     * {@code SERVER_TOOL}; empty if there is none.
     */
    static Optional<String> clash(String name, Collection<String> others) {
        return others.stream().filter(other -> name.startsWith(other + "_")).findFirst();
    }

    Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);

    /** What holds for both kinds. */
    Terms terms();

    /**
     * What holds for a server however it is reached.
     *
     * @param trust whether what it says of its tools is believed where that makes things less
     *     strict; not by default
     * @param timeout since it was sent, after which nobody waits for an answer, 1 ms to 1 day; 1
     *     minute by default
     * @param ttl how long a result of a tool that only reads may be served again, 0 to 1 day; 0 by
     *     default: not at all. Without trust, no tool only reads.
     * @param concurrency most calls of all its tools together at a time, 1 to 10,000; no limit by
     *     default
     * @param perMinute most calls of all its tools together a minute; no limit by default
     */
    record Terms(
            boolean trust,
            Duration timeout,
            Duration ttl,
            OptionalInt concurrency,
            OptionalLong perMinute) {
        public static final Terms DEFAULT = new Terms(false, DEFAULT_TIMEOUT, Duration.ZERO);

        /** Without limits. */
        public Terms(boolean trust, Duration timeout, Duration ttl) {
            this(trust, timeout, ttl, OptionalInt.empty(), OptionalLong.empty());
        }

        public Terms {
            TIMEOUT.require("timeout", timeout);
            TTL.require("ttl", ttl);
            concurrency.ifPresent(most -> CONCURRENCY.require("concurrency", most));
            perMinute.ifPresent(most -> Rules.PER_MINUTE.require("requests-per-minute", most));
        }
    }

    /**
     * A program that talks on its standard input and output.
     *
     * @param command looked for on the path, if it is a name
     * @param args as they are: no shell
     * @param env its variables, beside PATH and HOME: it gets no other
     */
    record Local(String command, List<String> args, Map<String, String> env, Terms terms)
            implements ToolServer {
        public Local {
            COMMAND.require("command", command);
            args = List.copyOf(args);
            for (String arg : args) {
                ARGUMENT.require("an element of args", arg);
            }
            env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
            env.forEach((name, value) -> {
                VARIABLE.require("a name in env", name);
                VALUE.require("a value in env", value);
            });
        }

        /** Without values, so that none gets into a log. */
        @Override
        public String toString() {
            return "Local[command=" + command + ", env=" + env.keySet() + ", " + terms + "]";
        }
    }

    /**
     * A server that speaks streamable HTTP.
     *
     * @param url its endpoint
     * @param headers sent with every request
     */
    record Remote(URI url, Map<String, String> headers, Terms terms) implements ToolServer {
        public Remote {
            URL.require("url", url);
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
            headers.forEach((name, value) -> {
                HEADER.require("a name in headers", name);
                HEADER_VALUE.require("a value in headers", value);
            });
        }

        /** Without values, so that none gets into a log. */
        @Override
        public String toString() {
            return "Remote[host="
                    + url.getAuthority()
                    + ", headers="
                    + headers.keySet()
                    + ", "
                    + terms
                    + "]";
        }
    }
}
