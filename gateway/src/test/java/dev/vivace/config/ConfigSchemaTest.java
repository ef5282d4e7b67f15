package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigSchemaTest {
    private static final Path FILE = Path.of("../docs/vivace.schema.json");
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode SCHEMA = JSON.readTree(ConfigSchema.text());

    @Test
    void theCommittedOneIsWhatTheCodeMakes() throws IOException {
        if (Boolean.getBoolean("vivace.write")) {
            Files.writeString(FILE, ConfigSchema.text());
        }
        assertEquals(
                ConfigSchema.text(),
                Files.readString(FILE),
                "./vivace validate --schema > docs/vivace.schema.json writes it");
    }

    @Test
    void takesTheExampleOfTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));
        assertEquals(List.of(), errors(page.split("```yaml\n", 2)[1].split("```", 2)[0]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "server:\ncache: {}\nprices:\nmodels: {}\n",
                "server: { host: \"::1\", port: \"${PORT}\", hosts: [], region: eu_1 }",
                "cache: { mode: off, max: 1048576, ttl: 90s }",
                "cache: { max: \"${N}MB\" }",
                "retries: { budget: 0.1, max-wait: 0 }",
                "retries: { budget: 12.5%, hedge: off }",
                "upstreams: { a: { url: \"${BASE}\" }, b: { url: \"http://h:1/x/v1\", timeouts: } }",
                "models: { \"a/b:c\": { chain: [\"a/b:c\", x/é] } }",
                "prices: { m: { input: 0, output: 1.5 } }",
                "tenants: { acme: }",
                "redis: { url: \"rediss://:p@h\" }",
                "mcp: { a: { command: npx, args: [-y, x], env: { A: \"${B}\" }, trust: true } }",
                "mcp: { b: { url: \"http://h/mcp?x=1\", headers: { Authorization: Bearer x }, timeout: 1m } }"
            })
    void takesWhatAFileMayHold(String text) {
        assertEquals(List.of(), errors(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    nonsense: 1                       | nonsense
                    []                                |
                    server: 1                         | server
                    server: { prt: 1 }                | server.prt
                    server: { port: 65536 }           | server.port
                    server: { port: -1 }              | server.port
                    server: { port: x }               | server.port
                    server: { host: "a b" }           | server.host
                    server: { hosts: a }              | server.hosts
                    server: { hosts: ["a:1"] }        | server.hosts[0]
                    upstreams: {}                     | upstreams
                    upstreams:                        | upstreams
                    upstreams: { a: {} }              | upstreams.a
                    upstreams: { "a/b": { url: "http://h/v1" } } | upstreams.a/b
                    upstreams: { a: { url: "http://h" } } | upstreams.a.url
                    upstreams: { a: { url: "http://h/v1", keys: [] } } | upstreams.a.keys
                    upstreams: { a: { url: "http://h/v1", keys: [a b] } } | upstreams.a.keys[0]
                    upstreams: { a: { url: "http://h/v1", protocol: soap } } | upstreams.a.protocol
                    upstreams: { a: { url: "http://h/v1", timeouts: { idle: 3 } } } | upstreams.a.timeouts.idle
                    models: { m: { chain: [x] } }     | models.m.chain[0]
                    models: { m: { chain: [] } }      | models.m.chain
                    models: { m: { chain: [a/b], balance: least_busy } } | models.m.balance
                    prices: { m: { input: 1 } }       | prices.m
                    prices: { m: { input: -1, output: 1 } } | prices.m.input
                    cache: { ttl: 1 h }               | cache.ttl
                    cache: { max: 1TB }               | cache.max
                    retries: { budget: 2 }            | retries.budget
                    retries: { hedge: yes }           | retries.hedge
                    tenants: { local: {} }            | tenants.local
                    tenants: { t-1: {} }              | tenants.t-1
                    redis: { timeout: 1s }            | redis
                    redis: { url: "http://h" }        | redis.url
                    mcp: { "a.b": { command: x } }    | mcp.a.b
                    mcp: { a: { commnd: x } }         | mcp.a.commnd
                    mcp: { a: { command: x, env: { "1": x } } } | mcp.a.env.1
                    mcp: { a: { url: "ftp://h" } }    | mcp.a.url
                    mcp: { a: { command: x, trust: yes } } | mcp.a.trust
                    """)
    void marksWhatTheReaderRefuses(String text, String where) throws IOException {
        List<String> errors = errors(text);
        assertFalse(errors.isEmpty(), "nothing was marked");
        assertEquals(where == null ? "" : where, errors.getFirst());
    }

    @Test
    void everyKeyIsDescribed() {
        described("", SCHEMA);
    }

    private static void described(String path, JsonNode section) {
        for (var property : section.path("properties").properties()) {
            String key = path + property.getKey();
            assertFalse(property.getValue().path("description").asString("").isBlank(), key);
            described(key + ".", property.getValue());
            described(key + ".NAME.", property.getValue().path("additionalProperties"));
        }
    }

    /** Where a file breaks the schema: as much of JSON Schema as ours uses. */
    private static List<String> errors(String yaml) {
        Object value = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        List<String> errors = new ArrayList<>();
        check(SCHEMA, JSON.valueToTree(value), "", errors);
        return errors;
    }

    private static boolean check(JsonNode schema, JsonNode value, String at, List<String> errors) {
        int before = errors.size();
        for (var rule : schema.properties()) {
            JsonNode wanted = rule.getValue();
            boolean good =
                    switch (rule.getKey()) {
                        case "$schema", "title", "description", "default", "$defs" -> true;
                        case "required", "propertyNames", "additionalProperties" -> true; // below
                        case "$ref" -> check(SCHEMA.at(wanted.asString().substring(1)), value);
                        case "anyOf" -> wanted.valueStream().anyMatch(one -> check(one, value));
                        case "enum" -> wanted.valueStream().anyMatch(value::equals);
                        case "type" ->
                                wanted.isString()
                                        ? is(wanted.asString(), value)
                                        : wanted.valueStream()
                                                .anyMatch(one -> is(one.asString(), value));
                        case "pattern" ->
                                !value.isString()
                                        || Pattern.compile(wanted.asString())
                                                .matcher(value.asString())
                                                .find();
                        case "minimum" -> value.asDouble(0) >= wanted.asDouble();
                        case "maximum" -> value.asDouble(0) <= wanted.asDouble();
                        case "minItems" -> !value.isArray() || value.size() >= wanted.asInt();
                        case "maxItems" -> !value.isArray() || value.size() <= wanted.asInt();
                        case "maxProperties" -> !value.isObject() || value.size() <= wanted.asInt();
                        case "minProperties" -> !value.isObject() || value.size() >= wanted.asInt();
                        case "properties" -> true; // below
                        case "items" -> {
                            for (int i = 0; value.isArray() && i < value.size(); i++) {
                                check(wanted, value.get(i), at + "[" + i + "]", errors);
                            }
                            yield true;
                        }
                        default -> throw new AssertionError("unknown: " + rule.getKey());
                    };
            if (!good) {
                errors.add(at);
            }
        }
        if (value.isObject()) {
            for (JsonNode name : schema.path("required")) {
                if (!value.has(name.asString())) {
                    errors.add(at);
                }
            }
            value.properties().forEach(each -> property(schema, each, at, errors));
        }
        return errors.size() == before;
    }

    private static void property(
            JsonNode schema, Map.Entry<String, JsonNode> each, String at, List<String> errors) {
        String place = at.isEmpty() ? each.getKey() : at + "." + each.getKey();
        JsonNode names = schema.path("propertyNames");
        if (!names.isMissingNode()
                && !check(names, JSON.getNodeFactory().stringNode(each.getKey()))) {
            errors.add(place);
        }
        JsonNode known = schema.path("properties").path(each.getKey());
        JsonNode other = schema.path("additionalProperties");
        if (!known.isMissingNode()) {
            check(known, each.getValue(), place, errors);
        } else if (other.isObject()) {
            check(other, each.getValue(), place, errors);
        } else if (other.isBoolean()) {
            errors.add(place);
        }
    }

    private static boolean check(JsonNode schema, JsonNode value) {
        return check(schema, value, "", new ArrayList<>());
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "null" -> value.isNull();
            case "boolean" -> value.isBoolean();
            default -> throw new AssertionError("unknown type: " + type);
        };
    }
}
