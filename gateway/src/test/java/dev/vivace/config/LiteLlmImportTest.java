package dev.vivace.config;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheMode;
import dev.vivace.config.Config.Protocol;
import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import dev.vivace.ledger.Price;
import dev.vivace.limit.Rates;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteLlmImportTest {
    private static final String PROXY =
            """
            model_list:
              - model_name: gpt-4o
                litellm_params:
                  model: openai/gpt-4o
                  api_key: os.environ/OPENAI_API_KEY
                  rpm: 480
                  tpm: 100000
              - model_name: gpt-4o
                litellm_params:
                  model: azure/gpt-4o-eu
                  api_base: https://eu.openai.azure.com/openai/v1
                  api_key: os.environ/AZURE_KEY
                  region_name: eu
                model_info: { input_cost_per_token: 0.0000025, output_cost_per_token: 0.00001 }
              - model_name: mini
                litellm_params: { model: gpt-4o-mini }
              - model_name: sonnet
                litellm_params: { model: anthropic/claude-sonnet-4, temperature: 0.2 }
              - model_name: llama
                litellm_params:
                  model: hosted_vllm/meta/llama-3.3-70b
                  api_base: http://10.0.0.7:8000
                  api_key: sk-literal-secret
                  weight: 0.9
                  timeout: 30
              - model_name: llama
                litellm_params: { model: groq/llama-3.3-70b-versatile, weight: 0.1 }
              - model_name: first
                litellm_params: { model: mistral/small, order: 2 }
              - model_name: first
                litellm_params: { model: deepseek/deepseek-chat, order: 1 }
              - model_name: claude-on-aws
                litellm_params: { model: bedrock/anthropic.claude }
              - model_name: "openrouter/*"
                litellm_params: { model: "openrouter/*" }
            router_settings:
              routing_strategy: latency-based-routing
              num_retries: 2
              model_group_alias: { gpt-4: gpt-4o, nobody: none }
              redis_host: localhost
              context_window_fallbacks: [{ mini: [gpt-4o, llama] }]
            litellm_settings:
              num_retries: 9
              request_timeout: 600
              fallbacks:
                - mini: [llama]
                - gpt-4o: [mini, unknown]
              cache: true
              cache_params: { type: redis, host: h, password: sk-cache-secret, ttl: 600 }
              drop_params: true
            general_settings:
              master_key: sk-master-secret
              database_url: postgres://u:p-secret@h/db
            """;

    @TempDir private Path folder = Path.of("");

    @Test
    void keepsWhatHasAMeaningHere() throws IOException {
        Config config = imported(PROXY);

        Map<String, Upstream> upstreams = config.upstreams();
        assertEquals(
                List.of(
                        "openai",
                        "eu.openai.azure.com",
                        "openai-2",
                        "anthropic",
                        "10.0.0.7-8000",
                        "groq",
                        "mistral",
                        "deepseek",
                        "openrouter"),
                List.copyOf(upstreams.keySet()));
        assertEquals(
                new Upstream(
                        URI.create("https://api.openai.com/v1"),
                        Protocol.OPENAI,
                        List.of("value-of-OPENAI_API_KEY"),
                        100,
                        "",
                        new Rates(OptionalLong.of(480), OptionalLong.of(100_000)),
                        Optional.empty()),
                requireNonNull(upstreams.get("openai")));
        assertEquals("eu", requireNonNull(upstreams.get("eu.openai.azure.com")).region());
        assertEquals(
                List.of("value-of-OPENAI_API_KEY"),
                requireNonNull(upstreams.get("openai-2")).keys());
        assertEquals(Rates.NONE, requireNonNull(upstreams.get("openai-2")).rates());
        assertEquals(Protocol.ANTHROPIC, requireNonNull(upstreams.get("anthropic")).protocol());
        assertEquals(
                List.of("value-of-ANTHROPIC_API_KEY"),
                requireNonNull(upstreams.get("anthropic")).keys());
        Upstream vllm = requireNonNull(upstreams.get("10.0.0.7-8000"));
        assertEquals(URI.create("http://10.0.0.7:8000/v1"), vllm.url());
        assertEquals(List.of("sk-literal-secret"), vllm.keys());
        assertEquals(90, vllm.weight());
        assertEquals(Duration.ofSeconds(30), vllm.timeouts().orElseThrow().firstByte());
        assertEquals(10, requireNonNull(upstreams.get("groq")).weight());

        String llama = "10.0.0.7-8000/meta/llama-3.3-70b";
        String groq = "groq/llama-3.3-70b-versatile";
        var gpt =
                ModelRoute.of(
                        "openai/gpt-4o", "eu.openai.azure.com/gpt-4o-eu", "openai-2/gpt-4o-mini");
        assertEquals(gpt, config.models().get("gpt-4o"));
        assertEquals(gpt, config.models().get("gpt-4"));
        assertEquals(
                new ModelRoute(
                        List.of("openai-2/gpt-4o-mini", llama, groq),
                        Balance.ORDER,
                        Optional.of("openai/gpt-4o")),
                config.models().get("mini"));
        assertEquals(
                new ModelRoute(List.of(llama, groq), Balance.FASTEST, Optional.empty()),
                config.models().get("llama"));
        assertEquals(
                ModelRoute.of("deepseek/deepseek-chat", "mistral/small"),
                config.models().get("first"));
        assertEquals(6, config.models().size(), config.models().toString());
        assertEquals(Map.of("gpt-4o-eu", new Price(2.5, 2.5, 10)), config.prices());
        assertEquals(3, config.retries().attempts());
        assertEquals(Duration.ofMinutes(10), config.timeouts().firstByte());
        assertEquals(CacheMode.ALL, config.cache().mode());
        assertEquals(Duration.ofMinutes(10), config.cache().ttl());
    }

    @Test
    void namesWhatItDoesNotKeepWithItsLine() throws IOException {
        Path file = write(PROXY);
        List<String> notes = LiteLlmImport.of(file).notes();
        List<Integer> lines =
                notes.stream()
                        .map(note -> note.substring(file.toString().length() + 1).split(":")[0])
                        .map(Integer::valueOf)
                        .toList();
        assertEquals(lines.stream().sorted().toList(), lines, "in the order of the file");
        for (String expected :
                List.of(
                        "8: model_list[1]: azure is no provider that is known here: taken for",
                        "18: model_list[3].litellm_params.temperature: is not kept",
                        "17: model_list[3]: requests are not translated: clients ask for sonnet",
                        "22: model_list[4].litellm_params.api_base: /v1 is added",
                        "23: model_list[4].litellm_params.api_key: the key itself was in the file",
                        "32: model_list[8]: is left out: bedrock is no provider that is known here, and its api_base",
                        "34: model_list[9]: names with * are not kept; every model of the upstream can be asked for as openrouter/MODEL",
                        "39: router_settings.model_group_alias.nobody: is not kept",
                        "40: router_settings.redis_host: is not kept",
                        "41: router_settings.context_window_fallbacks[0].mini: only the first is kept",
                        "47: litellm_settings.fallbacks[1].gpt-4o[1]: is not kept: no such model_name",
                        "47: litellm_settings.fallbacks[1].gpt-4o: the deployments of gpt-4o are asked",
                        "48: litellm_settings.cache: as there, answers are shared that would be another",
                        "49: litellm_settings.cache_params: write redis",
                        "49: litellm_settings.cache_params.password: is not kept",
                        "50: litellm_settings.drop_params: is not kept",
                        "52: general_settings.master_key: is not kept: VIVACE_ADMIN_KEY",
                        "53: general_settings.database_url: is not kept")) {
            assertTrue(
                    notes.stream().anyMatch(note -> note.startsWith(file + ":" + expected)),
                    () -> expected + " is not in:\n" + String.join("\n", notes));
        }
        assertFalse(notes.toString().contains("secret"), notes.toString());
    }

    @Test
    void writesAFileThatPeopleCanRead() throws IOException {
        assertEquals(
                """
                # Imported from LiteLLM.
                upstreams:
                  openai: { url: "https://api.openai.com/v1", keys: ["${OPENAI_API_KEY}"] }
                models:
                  gpt-4o: { chain: [openai/gpt-4o] }
                  "on": { chain: ["openai/ft:x"] }
                retries: { attempts: 4 }
                """,
                LiteLlmImport.of(
                                write(
                                        """
                                        model_list:
                                        - { model_name: gpt-4o, litellm_params: { model: gpt-4o } }
                                        - { model_name: on, litellm_params: { model: "openai/ft:x" } }
                                        litellm_settings: { num_retries: 3 }
                                        """))
                        .yaml());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    simple-shuffle         | WEIGHT
                    least-busy             | LEAST_BUSY
                    usage-based-routing-v2 | LEAST_BUSY
                    latency-based-routing  | FASTEST
                    cost-based-routing     | ORDER
                    """)
    void balances(String strategy, Balance expected) throws IOException {
        String two =
                """
                model_list:
                - { model_name: m, litellm_params: { model: openai/a } }
                - { model_name: m, litellm_params: { model: groq/a } }
                router_settings: { routing_strategy: %s, num_retries: 99 }
                """;
        Config config = imported(two.formatted(strategy));
        assertEquals(expected, requireNonNull(config.models().get("m")).balance());
        assertEquals(10, config.retries().attempts());
    }

    @Test
    void takesAnAddressFromTheEnvironment() throws IOException {
        String text =
                """
                model_list:
                - model_name: m
                  litellm_params: { model: openai/m, api_base: os.environ/BASE, api_key: os.environ/K }
                """;
        LiteLlmImport.Result made = LiteLlmImport.of(write(text));
        assertTrue(made.yaml().contains("url: \"${BASE}\", keys: [\"${K}\"]"), made.yaml());
        assertTrue(made.notes().getFirst().contains("${BASE} stands for must end in /v1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "model_list:",
                "model_list: [{}]",
                "model_list: [{ model_name: m, litellm_params: { model: bedrock/m } }]",
                "model_list: [{ model_name: m, litellm_params: { model: vllm/m } }]",
                "model_list: [{ model_name: m, litellm_params: { model: vllm/m, api_base: 'ftp://h' } }]",
                "model_list: {",
            })
    void refusesWhatIsOfNoUse(String text) throws IOException {
        Path file = write(text);
        assertThrows(ConfigException.class, () -> LiteLlmImport.of(file));
    }

    @Test
    void whateverIsInAFileIsImportedOrRefused() throws IOException {
        long seed = 20260103;
        var random = new Random(seed);
        int good = 0;
        for (int i = 0; i < 300; i++) {
            Path file = folder.resolve("fuzz.yaml");
            byte[] bytes = Mutation.of(PROXY, random);
            Files.write(file, bytes);
            try {
                assertFalse(LiteLlmImport.of(file).yaml().isEmpty());
                good++;
            } catch (ConfigException e) {
                assertFalse(e.problems().isEmpty());
                assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            } catch (RuntimeException e) {
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                throw new AssertionError("case " + i + " of seed " + seed + ":\n" + text, e);
            }
        }
        assertTrue(good > 10 && good < 290, good + " of 300 were good: these prove little");
    }

    private Config imported(String text) throws IOException {
        String yaml = LiteLlmImport.of(write(text)).yaml();
        Path file = Files.writeString(folder.resolve("vivace.yaml"), yaml);
        return ConfigFile.load(file, name -> Optional.of("value-of-" + name));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), text);
    }
}
