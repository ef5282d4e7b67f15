package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.key.ClientKeys;
import dev.vivace.key.Spending;
import dev.vivace.key.VirtualKey;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class KeysCommandTest {
    @TempDir Path data;

    private Ran keys(String... arguments) {
        return Ran.of(
                Main.program(),
                Stream.of(
                                Stream.of("keys"),
                                Stream.of(arguments),
                                Stream.of("--data", data.toString()))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    private static JsonNode json(Ran ran) {
        assertEquals(0, ran.code(), ran.err());
        return JsonMapper.shared().readTree(ran.out());
    }

    @Test
    void makesListsAndRevokes() {
        Ran made =
                keys(
                        "create",
                        "--tenant=acme",
                        "--models=fast, m-1",
                        "--tools=web_search, files_*",
                        "--budget-day=5");
        assertEquals(0, made.code(), made.err());
        String secret = made.out().strip();
        assertTrue(secret.matches("vv-[A-Za-z0-9_-]{43}"), made.out());
        assertTrue(made.err().contains("not shown again"), made.err());
        assertFalse(made.err().contains(secret), made.err());
        assertTrue(made.err().contains("It is the first: from now on every client"), made.err());
        assertFalse(keys("create", "--tenant=acme").err().contains("It is the first"));

        VirtualKey key = ClientKeys.of(data).find(secret).orElseThrow();
        Ran list = keys("list");
        assertTrue(list.out().contains(key.id() + "  acme"), list.out());
        assertTrue(list.out().contains("fast,m-1  files_*,web_search  "), list.out());
        assertTrue(list.out().contains("$5.00/day"), list.out());
        assertFalse(list.out().contains(key.hash()) || list.out().contains(secret), list.out());

        assertEquals(0, keys("revoke", key.id()).code());
        assertTrue(ClientKeys.of(data).find(secret).orElseThrow().revoked());
        assertFalse(json(keys("list", "--json")).path("keys").path(0).path("revoked_at").isNull());
        assertEquals(1, keys("revoke", "vk-000000000000").code());
    }

    @Test
    void saysWhatEachHasSpentWhileAGatewayCounts() {
        String id = json(keys("create", "--tenant=acme", "--json")).path("id").asString("");
        assertTrue(keys("list").out().contains("$0.00"), "nothing yet");
        try (var spending =
                Spending.open(data, data.resolve("ledger"), Clock.systemUTC(), Optional.empty())) {
            spending.add(id, "acme", 1.25);
            assertTrue(keys("list").out().contains("$1.25  $1.25"), keys("list").out());
            JsonNode key = json(keys("list", "--json")).path("keys").path(0);
            assertEquals(1.25, key.path("spent_today_usd").asDouble(0));
            assertEquals(1.25, key.path("spent_month_usd").asDouble(0));
        }
    }

    @Test
    void asJson() {
        JsonNode made =
                json(
                        keys(
                                "create",
                                "--tenant=acme",
                                "--name=Office",
                                "--requests-per-minute=60",
                                "--tokens-per-minute=1000",
                                "--budget-month=2.5",
                                "--priority=low",
                                "--scope=key",
                                "--json"));
        assertEquals(
                List.of("acme", "Office", "low", "key"),
                Stream.of("tenant", "name", "priority", "scope")
                        .map(name -> made.path(name).asString(""))
                        .toList());
        assertEquals(60, made.path("requests_per_minute").asInt(0));
        assertEquals(1000, made.path("tokens_per_minute").asInt(0));
        assertEquals(2.5, made.path("budget_month").asDouble(0));
        assertTrue(ClientKeys.of(data).find(made.path("secret").asString("")).isPresent());
        JsonNode listed = json(keys("list", "--json")).path("keys").path(0);
        assertEquals(made.path("id"), listed.path("id"));
        assertTrue(listed.path("secret").isMissingNode() && listed.path("hash").isMissingNode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create                                          | --tenant is missing",
                "create --tenant local                           | tenant must be",
                "create --tenant a --requests-per-minute 0       | --requests-per-minute must be",
                "create --tenant a --budget-day x                | --budget-day",
                "create --tenant a --budget-day NaN              | --budget-day must be",
                "create --tenant a --priority urgent             | --priority must be one of",
                "create --tenant a --models a,,b                 | models must have names",
                "create --tenant a --tools files.*               | not 'files.*'",
                "create --tenant a --tools a,,b                  | tools must be names",
                "create --tenant a --tools=                      | tools",
                "revoke                                          | ID is missing",
                "revoke me                                       | ID must be vk-",
                "lst                                             | did you mean list",
            })
    void wrongUseIsToldAndMakesNothing(String line, String told) {
        Ran ran = keys(line.split(" "));
        assertEquals(2, ran.code(), ran.out());
        assertTrue(ran.err().contains(told), ran.err());
        assertFalse(Files.exists(data.resolve("keys.json")));
    }

    @ParameterizedTest
    @CsvSource({"create", "list", "revoke"})
    void eachHelps(String command) {
        Ran ran = Ran.of(Main.program(), "keys", command, "--help");
        assertEquals(0, ran.code());
        assertTrue(ran.out().startsWith("Usage: vivace keys " + command), ran.out());
        assertTrue(Ran.of(Main.program(), "keys", "--help").out().contains(command));
        assertTrue(Ran.of(Main.program(), "--help").out().contains("keys"));
    }

    @Test
    void theConfigurationNamesTheDirectory() throws Exception {
        Path file = Files.writeString(data.resolve("v.yaml"), "data: " + data.resolve("inner"));
        Ran made = Ran.of(Main.program(), "keys", "create", "--tenant", "a", "--config", file + "");
        assertEquals(0, made.code(), made.err());
        assertTrue(ClientKeys.of(data.resolve("inner")).find(made.out().strip()).isPresent());
        Files.writeString(file, "{}");
        Ran none = Ran.of(Main.program(), "keys", "list", "--config", file + "");
        assertEquals(2, none.code());
        assertTrue(none.err().contains("no data directory"), none.err());
    }

    @Test
    void aDamagedFileIsToldAndLeft() throws Exception {
        Path file = Files.writeString(data.resolve("keys.json"), "{");
        for (String command : List.of("list", "create --tenant a", "revoke vk-000000000000")) {
            Ran ran = keys(command.split(" "));
            assertEquals(1, ran.code());
            assertTrue(ran.err().contains(file + " is damaged"), ran.err());
        }
        assertEquals("{", Files.readString(file));
    }

    @Test
    void aFileThatWasLostIsTold() throws Exception {
        assertEquals(0, keys("create", "--tenant=a").code());
        Files.delete(data.resolve("keys.json"));
        for (String command : List.of("list", "create --tenant a")) {
            Ran ran = keys(command.split(" "));
            assertEquals(1, ran.code());
            assertTrue(ran.err().contains("keys.json is missing"), ran.err());
        }
        Ran serve = Ran.of(new ServeCommand(), "--port", "0", "--data", data);
        assertEquals(1, serve.code());
        assertTrue(serve.err().contains("keys.json is missing"), serve.err());
    }

    @Test
    void serveBeyondLoopbackNeedsAKey() {
        Ran refused =
                Ran.of(new ServeCommand(), "--host", "0.0.0.0", "--port", "0", "--data", data);
        assertEquals(2, refused.code());
        assertTrue(refused.err().contains("vivace keys create"), refused.err());
        String id = json(keys("create", "--tenant=a", "--json")).path("id").asString("");
        keys("revoke", id);
        assertEquals(
                2,
                Ran.of(new ServeCommand(), "--host", "0.0.0.0", "--port", "0", "--data", data)
                        .code(),
                "a revoked one opens nothing");
        assertEquals(2, Ran.of(new ServeCommand(), "--host", "0.0.0.0", "--port", "0").code());
    }

    /** Makes keys for as long as it lives. */
    public static final class Maker {
        private Maker() {}

        public static void main(String[] arguments) {
            while (true) {
                Main.program()
                        .run(
                                dev.vivace.command.Console.standard(),
                                "keys",
                                "create",
                                "--tenant",
                                "a",
                                "--data",
                                arguments[0]);
            }
        }
    }

    /** Whatever was said to be made is there, after a kill at whatever moment. */
    @Test
    void killedInTheMiddleOfWritingItLeavesAWholeFile() throws Exception {
        var random = new Random(20);
        var made = new ArrayList<String>();
        for (int kill = 0; kill < 20; kill++) {
            Process child =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xshare:auto",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Maker.class.getName(),
                                    data.toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
                for (int lines = 1 + random.nextInt(8); lines > 0; lines--) {
                    made.add(String.valueOf(out.readLine()));
                }
                child.destroyForcibly();
                child.waitFor();
            } finally {
                child.destroyForcibly();
            }
            ClientKeys keys = ClientKeys.of(data);
            for (String secret : made) {
                assertTrue(keys.find(secret).isPresent(), "after kill " + kill);
            }
        }
        assertEquals(0, keys("create", "--tenant", "b").code(), "the lock went with its holder");
    }

    /** The command line, the admin API's way and a gateway that watches, all at once. */
    @Test
    void concurrentChangesLoseNothing() throws Exception {
        var secrets = java.util.concurrent.ConcurrentHashMap.<String>newKeySet();
        try (ClientKeys running = ClientKeys.of(data)) {
            running.watch();
            Thread admin =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 20; i++) {
                                    var terms =
                                            dev.vivace.key.KeyJson.terms(
                                                    "{\"tenant\":\"b\"}"
                                                            .getBytes(StandardCharsets.UTF_8));
                                    secrets.add(running.create(terms).secret());
                                }
                            });
            for (int i = 0; i < 20; i++) {
                secrets.add(keys("create", "--tenant", "a").out().strip());
            }
            admin.join();
        }
        assertEquals(40, secrets.size());
        ClientKeys after = ClientKeys.of(data);
        assertTrue(secrets.stream().allMatch(secret -> after.find(secret).isPresent()));
        assertEquals(40, after.list().size());
    }
}
