package dev.vivace.gateway;

import dev.vivace.cache.CacheStore;
import dev.vivace.json.JsonText;
import dev.vivace.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Whether calls can be taken and what is kept of them is, and if not, why. Thread-safe. */
final class Readiness {
    private final CacheStore store;
    private final Ledger ledger;
    private volatile boolean stopping;

    Readiness(CacheStore store, Ledger ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    /** From now on it is not ready, and never again. */
    void stop() {
        stopping = true;
    }

    /**
     * What was looked at, at one time.
     *
     * @param problems by the check's name; empty where all is well
     */
    record Report(Map<String, Optional<String>> problems) {
        boolean ready() {
            return problems.values().stream().allMatch(Optional::isEmpty);
        }

        String json() {
            var json = new StringBuilder("{\"status\":");
            json.append(ready() ? "\"ok\"" : "\"not ready\"").append(",\"checks\":{");
            String comma = "";
            for (var check : problems.entrySet()) {
                json.append(comma)
                        .append(quoted(check.getKey()))
                        .append(':')
                        .append(quoted(check.getValue().orElse("ok")));
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
        var problems = new TreeMap<String, Optional<String>>();
        problems.put(
                "serving",
                stopping ? Optional.of("the gateway is shutting down") : Optional.empty());
        problems.put("cache", store.failure());
        problems.put("ledger", ledger.failure());
        return new Report(problems);
    }
}
