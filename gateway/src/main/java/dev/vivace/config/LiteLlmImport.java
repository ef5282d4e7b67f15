package dev.vivace.config;

import dev.vivace.config.LiteLlmDeployment.Site;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** Makes a configuration of a LiteLLM proxy's {@code config.yaml}. */
public final class LiteLlmImport {
    private static final Map<String, String> BALANCES =
            Map.of(
                    "simple-shuffle", "weight",
                    "least-busy", "least-busy",
                    "latency-based-routing", "fastest");

    private final LiteLlmNotes notes;
    private final LiteLlmModelList list;
    private final Map<String, Map<String, Object>> made = new LinkedHashMap<>();

    private LiteLlmImport(Path file) {
        notes = new LiteLlmNotes(file);
        list = new LiteLlmModelList(notes);
    }

    /**
     * What was made.
     *
     * @param yaml a file that is valid where its variables are set
     * @param notes a line {@code FILE:LINE: path: message} for everything that was not understood
     *     or cannot be kept; without secrets
     */
    public record Result(String yaml, List<String> notes) {}

    /**
     * Reads a file.
     *
     * @throws ConfigException if it cannot be read, or nothing in it is of use
     */
    public static Result of(Path file) {
        var problems = new Problems(file);
        Node root =
                Yaml.parse(ConfigFile.text(ConfigFile.bytes(file), problems), problems)
                        .orElseThrow(() -> problems.failure(0, "", "the file is empty"));
        var made = new LiteLlmImport(file);
        if (!made.read(LiteLlmNode.root(root))) {
            made.notes.all().forEach(note -> problems.add(0, "", note));
            throw problems.failure(0, "model_list", "has no model that can be used");
        }
        String yaml = "# Imported from LiteLLM.\n" + YamlText.of(made.made);
        ConfigFile.read(
                Path.of("vivace.yaml"), yaml.getBytes(StandardCharsets.UTF_8), made::anyValue);
        return new Result(yaml, made.notes.all());
    }

    private boolean read(LiteLlmNode file) {
        notes.addOthers(
                file,
                Set.of("model_list", "router_settings", "litellm_settings", "general_settings"));
        List<LiteLlmDeployment> deployments = list.read(file.section("model_list"));
        if (deployments.isEmpty()) {
            return false;
        }
        Map<Site, String> names = names(deployments);
        upstreams(names);
        var routes = new LiteLlmRoutes(deployments, names, notes);
        LiteLlmNode router = file.section("router_settings");
        LiteLlmNode general = file.section("litellm_settings");
        routes.balance(balance(router));
        for (LiteLlmNode section : List.of(router, general)) {
            routes.fallbacks(section.section("fallbacks"));
            routes.larger(section.section("context_window_fallbacks"));
        }
        for (LiteLlmNode section : List.of(router, general)) {
            routes.defaultFallbacks(section.section("default_fallbacks"));
        }
        routes.aliases(router.section("model_group_alias"));
        if (!routes.written().isEmpty()) {
            made.put("models", routes.written());
        }
        if (!list.prices().isEmpty()) {
            made.put("prices", list.prices());
        }
        settings(router, general);
        others(file, router, general);
        return true;
    }

    /** Of the provider if it is at its own address, and else of the host. */
    private static Map<Site, String> names(List<LiteLlmDeployment> deployments) {
        var names = new LinkedHashMap<Site, String>();
        Set<String> taken = new HashSet<>();
        for (LiteLlmDeployment deployment : deployments) {
            Site site = deployment.site();
            String host = site.url().replaceFirst("^[A-Za-z]+://", "").replaceFirst("/.*", "");
            boolean hosted = !site.isUsual() && !site.url().contains("${");
            String name =
                    (hosted ? host : site.provider())
                            .replaceAll("[^A-Za-z0-9._-]", "-")
                            .replaceFirst("^[^A-Za-z0-9]+", "");
            String base =
                    name.isEmpty() ? "upstream" : name.substring(0, Math.min(58, name.length()));
            if (!names.containsKey(site)) {
                String unique = base;
                for (int i = 2; !taken.add(unique); i++) {
                    unique = base + "-" + i;
                }
                names.put(site, unique);
            }
        }
        return names;
    }

    private void upstreams(Map<Site, String> names) {
        boolean fractions =
                names.keySet().stream().anyMatch(site -> site.weight() != Math.rint(site.weight()));
        Map<String, Object> upstreams = new LinkedHashMap<>();
        names.forEach((site, name) -> {
            Map<String, Object> upstream = new LinkedHashMap<>();
            upstream.put("url", site.url());
            if (site.protocol() != Config.Protocol.OPENAI) {
                upstream.put("protocol", Units.printChoice(site.protocol()));
            }
            if (!site.key().isEmpty()) {
                upstream.put("keys", List.of(site.key()));
            }
            long weight = Math.round(Math.min(1_000, site.weight() * (fractions ? 100 : 1)));
            if (weight != Config.Upstream.DEFAULT_WEIGHT) {
                upstream.put("weight", Math.max(1, weight));
            }
            upstream.putAll(new TreeMap<>(site.settings()));
            upstreams.put(name, upstream);
        });
        made.put("upstreams", upstreams);
    }

    private String balance(LiteLlmNode router) {
        Optional<LiteLlmNode> place = router.find("routing_strategy");
        String strategy = place.flatMap(LiteLlmNode::text).orElse("simple-shuffle");
        String balance = BALANCES.get(strategy);
        if (balance != null) {
            return balance;
        }
        String nearest = strategy.startsWith("usage-based") ? "least-busy" : "order";
        place.ifPresent(it ->
                notes.add(it, "there is no " + Shown.text(strategy) + "; balance is " + nearest));
        return nearest;
    }

    private void settings(LiteLlmNode router, LiteLlmNode general) {
        router.find("num_retries").or(() -> general.find("num_retries")).ifPresent(this::retries);
        router.find("timeout")
                .or(() -> general.find("request_timeout"))
                .flatMap(place -> list.seconds(place, Config.Timeouts.RANGE))
                .ifPresent(wait -> made.put("timeouts", Map.of("first-byte", wait)));
        general.find("cache").ifPresent(place -> cache(place, general));
    }

    private void retries(LiteLlmNode place) {
        long attempts = Math.round(Math.min(place.number().orElse(0.0), 100)) + 1;
        if (attempts > 10) {
            notes.add(place, "one call is sent to one upstream at most 10 times");
        }
        made.put("retries", Map.of("attempts", Math.min(attempts, 10)));
    }

    private void cache(LiteLlmNode place, LiteLlmNode general) {
        Map<String, Object> cache = new LinkedHashMap<>();
        boolean on = place.text().orElse("").equalsIgnoreCase("true");
        cache.put("mode", on ? "all" : "off");
        LiteLlmNode parameters = general.section("cache_params");
        if (on) {
            notes.add(
                    place,
                    "as there, answers are shared that would be another each time; cache.mode deterministic shares those of temperature 0 or with a seed only");
            parameters
                    .find("ttl")
                    .flatMap(ttl -> list.seconds(ttl, Config.Cache.TTL))
                    .ifPresent(ttl -> cache.put("ttl", ttl));
        }
        if (parameters.text("type").orElse("local").startsWith("redis")) {
            notes.add(
                    parameters, "write redis: { url: ... } yourself, if gateways are to share it");
        }
        notes.addOthers(parameters, Set.of("ttl", "type"));
        made.put("cache", cache);
    }

    private void others(LiteLlmNode file, LiteLlmNode router, LiteLlmNode general) {
        notes.addOthers(
                router,
                Set.of(
                        "routing_strategy",
                        "num_retries",
                        "timeout",
                        "fallbacks",
                        "context_window_fallbacks",
                        "default_fallbacks",
                        "model_group_alias"));
        notes.addOthers(
                general,
                Set.of(
                        "num_retries",
                        "request_timeout",
                        "fallbacks",
                        "context_window_fallbacks",
                        "default_fallbacks",
                        "cache",
                        "cache_params"));
        LiteLlmNode server = file.section("general_settings");
        server.find("master_key")
                .ifPresent(place ->
                        notes.add(
                                place,
                                "is not kept: VIVACE_ADMIN_KEY is the administrator's, and ./vivace keys create makes those of clients"));
        notes.addOthers(server, Set.of("master_key"));
    }

    /** One with which a file is valid that is so with the right ones. */
    private Optional<String> anyValue(String name) {
        boolean url =
                made.getOrDefault("upstreams", Map.of()).values().stream()
                        .anyMatch(upstream ->
                                upstream instanceof Map<?, ?> map
                                        && ("${" + name + "}").equals(map.get("url")));
        return Optional.of(url ? "http://127.0.0.1/v1" : "x");
    }
}
