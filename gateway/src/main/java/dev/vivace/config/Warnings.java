package dev.vivace.config;

import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a configuration may say, but should not. */
public final class Warnings {
    /** The program itself, idle, and answers on their way. */
    private static final long BASE = 64L << 20;

    /** A JVM's largest heap is a little less than its -Xmx: a part of it is always empty. */
    private static final long STEP = 128L << 20;

    private static final Set<String> ANYWHERE = Set.of("0.0.0.0", "::", "[::]");

    private Warnings() {}

    /**
     * One line each; none if all is well.
     *
     * @param heapBytes the most that the JVM's heap may become
     */
    public static List<String> of(Config config, long heapBytes) {
        var warnings = new ArrayList<String>();
        memory(config, heapBytes).ifPresent(warnings::add);
        config.models()
                .forEach((name, route) -> {
                    mixed(name, route, config.upstreams()).ifPresent(warnings::add);
                    keyless(name, route, config.upstreams()).ifPresent(warnings::add);
                });
        tools(config, warnings);
        return warnings;
    }

    private static void tools(Config config, List<String> warnings) {
        config.mcp()
                .forEach((name, server) -> {
                    ToolServer.Terms terms = server.terms();
                    if (!terms.trust() && terms.ttl().isPositive()) {
                        warnings.add(
                                "mcp.%s.ttl has no effect without trust: true: no tool of it counts as one that only reads, and only results of such are kept"
                                        .formatted(name));
                    }
                    // Not its value: what follows the space may be meant as an argument.
                    if (server instanceof ToolServer.Local local
                            && local.command().strip().indexOf(' ') > 0
                            && !new File(local.command()).isFile()) {
                        warnings.add(
                                "mcp.%s.command has a space in it and is no file: no shell reads it, so that the program's arguments belong into args"
                                        .formatted(name));
                    } else if (server instanceof ToolServer.Local local
                            && !Programs.isThere(local.command())) {
                        warnings.add(
                                "mcp.%s.command: there is no program '%s' here that could be started"
                                        .formatted(name, local.command()));
                    }
                });
        if (config.tools().mode() != ToolSelection.Mode.OFF && config.mcp().isEmpty()) {
            warnings.add(
                    "tools.selection is %s, but there are no servers whose tools could be chosen from (mcp)"
                            .formatted(config.tools().mode().name().toLowerCase(Locale.ROOT)));
        }
    }

    /** What only matters before it is served; whoever serves it knows of keys. */
    public static Optional<String> open(Config config) {
        return Optional.of(config.server().host())
                .filter(ANYWHERE::contains)
                .map(
                        "server.host is %s, and beyond loopback every client needs a key: serve will refuse it until ./vivace keys create has made one"
                                ::formatted);
    }

    /** A call goes on in the protocol in which it came. */
    private static Optional<String> mixed(
            String model, ModelRoute route, Map<String, Upstream> upstreams) {
        long protocols =
                route.targets()
                        .flatMap(target -> upstream(target, upstreams))
                        .map(Upstream::protocol)
                        .distinct()
                        .count();
        return Optional.of(
                        "models.%s leads to upstreams that speak different protocols, and nothing is translated between these: each call can use only a part of them"
                                .formatted(model))
                .filter(text -> protocols > 1);
    }

    /** Whoever may use our key has perhaps none of their own. */
    private static Optional<String> keyless(
            String model, ModelRoute route, Map<String, Upstream> upstreams) {
        List<String> targets = route.targets().toList();
        Optional<String> keyed =
                targets.stream()
                        .filter(target ->
                                upstream(target, upstreams).anyMatch(one -> !one.keys().isEmpty()))
                        .findFirst();
        if (keyed.isEmpty()) {
            return Optional.empty();
        }
        int after = route.balance() == Balance.ORDER ? targets.indexOf(keyed.get()) : 0;
        return targets.stream()
                .skip(after)
                .filter(target -> upstream(target, upstreams).anyMatch(one -> one.keys().isEmpty()))
                .findFirst()
                .map(target ->
                        "models.%s can go from %s, which has a key here, to %s, which has none: there it comes with whatever credential the client sent"
                                .formatted(model, keyed.get(), target));
    }

    private static Stream<Upstream> upstream(String target, Map<String, Upstream> upstreams) {
        return Optional.ofNullable(upstreams.get(ModelRoute.upstreamOf(target))).stream();
    }

    private static Optional<String> memory(Config config, long heapBytes) {
        long inFlight = config.limits().inFlightBytes();
        long cache = config.cache().maxBytes();
        // Compared in parts: together they may be more than a long holds.
        if (inFlight <= heapBytes && cache <= heapBytes && inFlight + cache + BASE <= heapBytes) {
            return Optional.empty();
        }
        double need = (double) inFlight + cache + BASE;
        long enough = (long) Math.ceil(need / STEP + 0.125) * (STEP >> 20);
        return Optional.of(
                "limits.in-flight (%s) and cache.max (%s) do not fit into the heap of %d MB beside the %s that the rest needs: lower them, or give more, as in VIVACE_JAVA_OPTS=-Xmx%dm"
                        .formatted(
                                Units.printBytes(inFlight),
                                Units.printBytes(cache),
                                heapBytes >> 20,
                                Units.printBytes(BASE),
                                enough));
    }
}
