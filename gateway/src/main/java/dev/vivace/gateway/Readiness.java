package dev.vivace.gateway;

import dev.vivace.cache.CacheStore;
import dev.vivace.json.JsonText;
import dev.vivace.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Whether calls can be taken and what is kept of them is, and if not, why. Thread-safe.
 *
 * <p>What is wrong beyond this process makes it degraded, never unready, however much of it is: a
 * provider that fails, or a Redis that is gone, is seen by all replicas at once. If each took
 * itself out for that, there would be nobody left to answer from the cache, to pass on to another
 * upstream, or to say what is wrong; and none would come back before the provider does.
 */
final class Readiness {
    /** What a problem means for those who send calls here. */
    enum Severity {
        /** Calls are better sent elsewhere. */
        STOPS,
        /** It goes on, with less. */
        DEGRADES
    }

    /**
     * What was found at one place.
     *
     * @param problem in words; empty where all is well
     */
    record Check(String name, Severity severity, Optional<String> problem) {
        boolean stops() {
            return severity == Severity.STOPS && problem.isPresent();
        }
    }

    private final CacheStore store;
    private final Ledger ledger;
    private final Supplier<List<Check>> others;
    private volatile boolean stopping;

    /**
     * @param others what else is looked at each time; takes no time
     */
    Readiness(CacheStore store, Ledger ledger, Supplier<List<Check>> others) {
        this.store = store;
        this.ledger = ledger;
        this.others = others;
    }

    /** From now on it is not ready, and never again. */
    void stop() {
        stopping = true;
    }

    /**
     * What was looked at, at one time.
     *
     * @param checks by their names
     */
    record Report(Map<String, Check> checks) {
        boolean ready() {
            return checks.values().stream().noneMatch(Check::stops);
        }

        /** In a word. */
        String status() {
            boolean well = checks.values().stream().allMatch(check -> check.problem().isEmpty());
            return well ? "ok" : ready() ? "degraded" : "not ready";
        }

        /** What everybody may know. */
        String brief() {
            return "{\"status\":" + quoted(status()) + "}";
        }

        String json() {
            var json = new StringBuilder("{\"status\":");
            json.append(quoted(status())).append(",\"checks\":{");
            String comma = "";
            for (Check check : checks.values()) {
                json.append(comma)
                        .append(quoted(check.name()))
                        .append(':')
                        .append(quoted(check.problem().orElse("ok")));
                comma = ",";
            }
            return json.append("}}").toString();
        }

        private static String quoted(String text) {
            return new String(JsonText.quote(text), StandardCharsets.UTF_8);
        }
    }

    /** Looks; takes no time. */
    Report report() {
        var checks = new TreeMap<String, Check>();
        others.get().forEach(check -> checks.put(check.name(), check));
        add(
                checks,
                "serving",
                stopping ? Optional.of("the gateway is shutting down") : Optional.empty());
        add(checks, "cache", store.failure());
        add(checks, "ledger", ledger.failure());
        return new Report(checks);
    }

    private static void add(Map<String, Check> to, String name, Optional<String> problem) {
        to.put(name, new Check(name, Severity.STOPS, problem));
    }
}
