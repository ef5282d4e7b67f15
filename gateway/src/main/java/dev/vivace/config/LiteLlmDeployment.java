package dev.vivace.config;

import java.util.Map;
import java.util.Optional;

/**
 * An element of LiteLLM's {@code model_list}.
 *
 * @param name what clients ask for
 * @param model what the provider calls it
 * @param order the lower the sooner, if there are orders
 */
record LiteLlmDeployment(
        LiteLlmNode place, String name, String model, Site site, Optional<Double> order) {
    /**
     * What becomes one upstream. Limits there are an upstream's, here a deployment's: those that
     * have any share nothing.
     *
     * @param key as a file of ours writes it; empty: none
     * @param settings numbers and texts as a file of ours writes them, but for the weight
     * @param alone the deployment's place if it has limits, or else empty
     */
    record Site(
            String provider,
            String url,
            Config.Protocol protocol,
            String key,
            double weight,
            Map<String, Object> settings,
            String alone) {
        Site {
            settings = Map.copyOf(settings);
        }

        /** Whether its base is the provider's own. */
        boolean isUsual() {
            return LiteLlmProvider.of(provider).filter(it -> it.base().equals(url)).isPresent();
        }
    }
}
