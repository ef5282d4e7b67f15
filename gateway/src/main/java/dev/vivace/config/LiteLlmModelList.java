package dev.vivace.config;

import dev.vivace.config.LiteLlmDeployment.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads LiteLLM's {@code model_list}. */
final class LiteLlmModelList {
    private static final Set<String> READ =
            Set.of(
                    "model",
                    "api_base",
                    "base_url",
                    "api_key",
                    "rpm",
                    "tpm",
                    "weight",
                    "order",
                    "timeout",
                    "region_name",
                    "input_cost_per_token",
                    "output_cost_per_token",
                    "cache_read_input_token_cost");

    private static final String ENVIRONMENT = "os.environ/";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,255}");

    private final LiteLlmNotes notes;
    private final Map<String, Object> prices = new LinkedHashMap<>();

    LiteLlmModelList(LiteLlmNotes notes) {
        this.notes = notes;
    }

    List<LiteLlmDeployment> read(LiteLlmNode list) {
        var all = new ArrayList<LiteLlmDeployment>();
        list.elements().forEach(element -> deployment(element).ifPresent(all::add));
        return all;
    }

    /** In dollars per million tokens, by the provider's name of the model. */
    Map<String, Object> prices() {
        return prices;
    }

    private Optional<LiteLlmDeployment> deployment(LiteLlmNode element) {
        LiteLlmNode parameters = element.section("litellm_params");
        Optional<String> name = element.text("model_name");
        Optional<String> whole = parameters.text("model");
        notes.addOthers(
                element, Set.of("model_name", "litellm_params", "model_info", "rpm", "tpm"));
        notes.addOthers(parameters, READ);
        if (name.isEmpty() || whole.isEmpty()) {
            notes.add(element, "is left out: it needs model_name and litellm_params.model");
            return Optional.empty();
        }
        String provider = provider(whole.get());
        String model =
                whole.get().startsWith(provider + "/")
                        ? whole.get().substring(provider.length() + 1)
                        : whole.get();
        Optional<Site> site = site(element, parameters, provider, model);
        if (site.isEmpty()) {
            return Optional.empty();
        }
        if (Config.MODEL_NAME.read(name.get()).isEmpty()
                || Config.MODEL_NAME.read(model).isEmpty()) {
            notes.add(element, "is left out: a model's name has 1 to 256 characters, none white");
            return Optional.empty();
        }
        price(element, parameters, model);
        if (site.get().protocol() == Config.Protocol.ANTHROPIC) {
            notes.add(
                    element,
                    "requests are not translated: clients ask for "
                            + Shown.text(name.get())
                            + " by the Messages API, /v1/messages");
        }
        return Optional.of(
                new LiteLlmDeployment(
                        element,
                        name.get(),
                        model,
                        site.get(),
                        parameters.find("order").flatMap(LiteLlmNode::number)));
    }

    /** LiteLLM knows many models without their providers; the rest are OpenAI's. */
    private static String provider(String model) {
        int slash = model.indexOf('/');
        if (slash > 0) {
            return model.substring(0, slash);
        }
        return model.startsWith("claude") ? "anthropic" : "openai";
    }

    private Optional<Site> site(
            LiteLlmNode element, LiteLlmNode parameters, String name, String model) {
        Optional<LiteLlmNode> base =
                parameters.find("api_base").or(() -> parameters.find("base_url"));
        Optional<LiteLlmProvider> known = LiteLlmProvider.of(name);
        if (known.isEmpty()) {
            if (!base.flatMap(LiteLlmNode::text).orElse("").matches(".*/v1/*")) {
                // To add /v1 to what speaks otherwise, as Azure's older API, makes a plausible
                // upstream that answers every call with 404.
                notes.add(
                        element,
                        "is left out: "
                                + Shown.text(name)
                                + " is no provider that is known here, and its api_base does not end in /v1, as where it speaks as OpenAI does (of Azure: https://NAME.openai.azure.com/openai/v1)");
                return Optional.empty();
            }
            notes.add(
                    element,
                    "%s is no provider that is known here: taken for one that speaks as OpenAI does"
                            .formatted(Shown.text(name)));
        }
        LiteLlmProvider provider = known.orElseGet(LiteLlmProvider::openai);
        Optional<String> url =
                base.isPresent() ? base.flatMap(this::url) : Optional.of(provider.base());
        if (url.isEmpty() || url.get().isEmpty()) {
            notes.add(element, "is left out: it needs an api_base, a URL of http or https");
            return Optional.empty();
        }
        Optional<String> key = key(parameters, provider, base.isPresent());
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        perMinute(element, parameters, "rpm", "requests-per-minute", settings);
        perMinute(element, parameters, "tpm", "tokens-per-minute", settings);
        String alone = settings.isEmpty() ? "" : element.path();
        parameters.find("region_name").ifPresent(region -> region(region, settings));
        parameters
                .find("timeout")
                .flatMap(timeout -> seconds(timeout, Config.Timeouts.RANGE))
                .ifPresent(wait -> settings.put("timeouts", Map.of("first-byte", wait)));
        double weight =
                parameters
                        .find("weight")
                        .flatMap(LiteLlmNode::number)
                        .filter(value -> value > 0)
                        .orElse(1.0);
        return Optional.of(
                new Site(name, url.get(), provider.protocol(), key.get(), weight, settings, alone));
    }

    /** A base of ours ends in /v1, where LiteLLM adds that itself for some. */
    private Optional<String> url(LiteLlmNode place) {
        String text = place.text().orElse("");
        if (text.startsWith(ENVIRONMENT)) {
            Optional<String> variable = variable(text);
            variable.ifPresent(
                    it -> notes.add(place, "what " + it + " stands for must end in /v1"));
            return variable;
        }
        String bare = text.replaceFirst("/+$", "");
        String url = bare.endsWith("/v1") ? bare : bare + "/v1";
        if (text.contains("${") || Config.Upstream.URL.read(url).isEmpty()) {
            return Optional.empty();
        }
        if (!url.equals(bare)) {
            notes.add(place, "/v1 is added: an upstream's URL ends in it");
        }
        return Optional.of(url);
    }

    /** As a file of ours writes it; blank: none; empty: it cannot be kept. */
    private Optional<String> key(
            LiteLlmNode parameters, LiteLlmProvider provider, boolean elsewhere) {
        Optional<LiteLlmNode> place = parameters.find("api_key");
        if (place.isEmpty()) {
            boolean usual = !provider.key().isEmpty() && !elsewhere;
            return Optional.of(usual ? "${" + provider.key() + "}" : "");
        }
        String text = place.get().text().orElse("");
        if (text.startsWith(ENVIRONMENT)) {
            return variable(text);
        }
        if (text.contains("${") || Config.Upstream.KEY.read(text).isEmpty()) {
            notes.add(
                    place.get(),
                    "is left out with its model: it is " + Config.Upstream.KEY.expected());
            return Optional.empty();
        }
        notes.add(
                place.get(),
                "the key itself was in the file and is in the new one: better ${NAME}");
        return Optional.of(text);
    }

    private static Optional<String> variable(String text) {
        String name = text.substring(ENVIRONMENT.length());
        return VARIABLE.matcher(name).matches() ? Optional.of("${" + name + "}") : Optional.empty();
    }

    private void perMinute(
            LiteLlmNode element,
            LiteLlmNode parameters,
            String from,
            String to,
            Map<String, Object> settings) {
        Optional<LiteLlmNode> place = parameters.find(from).or(() -> element.find(from));
        if (place.isPresent()) {
            place.flatMap(LiteLlmNode::text)
                    .flatMap(Rules.PER_MINUTE::read)
                    .ifPresentOrElse(
                            limit -> settings.put(to, limit),
                            () ->
                                    notes.add(
                                            place.get(),
                                            "is not kept: it is not "
                                                    + Rules.PER_MINUTE.expected()));
        }
    }

    private void region(LiteLlmNode place, Map<String, Object> settings) {
        place.text()
                .flatMap(Rules.REGION::read)
                .ifPresentOrElse(
                        region -> settings.put("region", region),
                        () ->
                                notes.add(
                                        place,
                                        "is not kept: it is not " + Rules.REGION.expected()));
    }

    /** A number of seconds, as a file of ours writes it. */
    Optional<String> seconds(LiteLlmNode place, Rule<Duration> rule) {
        Optional<String> text =
                place.number()
                        .filter(seconds -> seconds < 1e9)
                        .map(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
                        .map(Units::printDuration)
                        .filter(duration -> rule.read(duration).isPresent());
        if (text.isEmpty()) {
            notes.add(place, "is not kept: it is not " + rule.expected());
        }
        return text;
    }

    private void price(LiteLlmNode element, LiteLlmNode parameters, String model) {
        LiteLlmNode info = element.section("model_info");
        Optional<Double> input = cost(parameters, info, "input_cost_per_token");
        Optional<Double> output = cost(parameters, info, "output_cost_per_token");
        if (input.isEmpty() || output.isEmpty()) {
            return;
        }
        Map<String, Object> price = new LinkedHashMap<>();
        price.put("input", input.get());
        cost(parameters, info, "cache_read_input_token_cost")
                .ifPresent(cached -> price.put("cached", cached));
        price.put("output", output.get());
        prices.put(model, price);
    }

    private static Optional<Double> cost(LiteLlmNode first, LiteLlmNode second, String name) {
        return first.find(name)
                .or(() -> second.find(name))
                .flatMap(LiteLlmNode::number)
                // Twelve digits are more than any price has, and hide what 1e6 adds to the last.
                .map(cost -> Math.round(cost * 1e12) / 1e6);
    }
}
