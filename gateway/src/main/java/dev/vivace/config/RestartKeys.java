package dev.vivace.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The keys that only a restart can change. */
final class RestartKeys {
    private static final String CANNOT = "cannot change";

    private RestartKeys() {}

    /** Whether that a key differs is all that is wrong. */
    static boolean is(ConfigException.Problem problem) {
        return problem.message().startsWith(CANNOT);
    }

    /** One problem for each of them that differs; no value of theirs is shown. */
    static List<ConfigException.Problem> changed(Config before, Config after) {
        var changed = new ArrayList<ConfigException.Problem>();
        add(changed, "server.host", before, after, config -> config.server().host());
        add(changed, "server.port", before, after, config -> config.server().port());
        add(changed, "data", before, after, Config::data);
        add(changed, "redis", before, after, Config::redis);
        add(changed, "tools", before, after, Config::tools);
        // The servers are programs that run, with sessions of clients on top.
        add(changed, "mcp", before, after, config -> List.copyOf(config.mcp().entrySet()));
        // What is held, and what waits for room, was measured by the old one.
        add(changed, "limits.in-flight", before, after, config -> config.limits().inFlightBytes());
        return changed;
    }

    private static void add(
            List<ConfigException.Problem> to,
            String key,
            Config before,
            Config after,
            Function<Config, Object> value) {
        if (!value.apply(before).equals(value.apply(after))) {
            to.add(
                    new ConfigException.Problem(
                            0,
                            key,
                            CANNOT
                                    + " while the gateway runs; nothing of this change"
                                    + " applies: restart, or put the old value back"));
        }
    }
}
