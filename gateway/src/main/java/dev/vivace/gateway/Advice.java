package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.config.ModelRoute;
import dev.vivace.key.ClientKeys;
import dev.vivace.ledger.Prices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What whoever starts a gateway would otherwise learn from its first refused calls. */
final class Advice {
    private Advice() {}

    /**
     * One line each; none if all is well.
     *
     * @param where keys are known that are not known here
     */
    static List<String> of(
            Config config, ClientKeys keys, Optional<String> adminKey, String where) {
        if (!keys.closed()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        if (!keys.known()) {
            lines.add(
                    "client keys are not known yet, because "
                            + where
                            + " does not answer: until it does, every call is answered with 503");
        }
        if (adminKey.isEmpty()) {
            lines.add(
                    "there are client keys and VIVACE_ADMIN_KEY is not set: /admin is closed, and with it the dashboard's figures");
        }
        String keyless =
                config.upstreams().entrySet().stream()
                        .filter(upstream -> upstream.getValue().keys().isEmpty())
                        .map(upstream -> "'" + upstream.getKey() + "'")
                        .collect(Collectors.joining(", "));
        if (!keyless.isEmpty()) {
            lines.add(
                    "there are client keys, which stay here, and no key for the upstream "
                            + keyless
                            + ": it is asked without a credential (upstreams.NAME.keys)");
        }
        String unpriced = unpriced(config);
        if (!unpriced.isEmpty() && budgets(config, keys)) {
            lines.add(
                    "there are budgets, and no price for "
                            + unpriced
                            + ": what they cost counts as nothing (prices.NAME)");
        }
        return lines;
    }

    private static boolean budgets(Config config, ClientKeys keys) {
        return config.tenants().values().stream().anyMatch(tenant -> !tenant.budget().none())
                || keys.list().stream().anyMatch(key -> !key.budget().none());
    }

    private static String unpriced(Config config) {
        Prices prices = Prices.builtIn().with(config.prices());
        return config.models().values().stream()
                .flatMap(ModelRoute::targets)
                .map(target -> target.substring(target.indexOf('/') + 1))
                .filter(model -> prices.of(model).isEmpty())
                .distinct()
                .limit(10)
                .map(model -> "'" + model + "'")
                .collect(Collectors.joining(", "));
    }
}
