package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigFile;
import dev.vivace.key.Budget;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyTerms;
import dev.vivace.key.Priority;
import dev.vivace.key.VirtualKey;
import dev.vivace.limit.Rates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdviceTest {
    @TempDir private Path folder;

    private Config config(String yaml) throws Exception {
        Path file = folder.resolve("vivace.yaml");
        Files.writeString(file, yaml);
        return ConfigFile.load(file, name -> Optional.empty());
    }

    private static ClientKeys withKey(Budget budget) {
        ClientKeys keys = ClientKeys.inMemory();
        keys.create(
                new KeyTerms(
                        "acme",
                        "",
                        Set.of(),
                        Set.of(),
                        Rates.NONE,
                        budget,
                        Priority.NORMAL,
                        VirtualKey.Scope.TENANT));
        return keys;
    }

    @Test
    void withoutClientKeysThereIsNothingToSay() throws Exception {
        Config config = config("upstreams: {a: {url: 'http://h/v1'}}");
        assertEquals(
                List.of(), Advice.of(config, ClientKeys.inMemory(), Optional.empty(), "Redis"));
    }

    @Test
    void aKeyWithoutAnAdminKeyClosesTheDoorOfOperators() throws Exception {
        Config config = config("upstreams: {a: {url: 'http://h/v1', keys: [k]}}");
        try (ClientKeys keys = withKey(Budget.NONE)) {
            List<String> lines = Advice.of(config, keys, Optional.empty(), "");
            assertEquals(1, lines.size(), lines.toString());
            assertTrue(lines.getFirst().contains("VIVACE_ADMIN_KEY"), lines.toString());
            assertEquals(List.of(), Advice.of(config, keys, Optional.of("root"), ""));
        }
    }

    @Test
    void namesUpstreamsThatWouldBeAskedWithoutACredential() throws Exception {
        Config config =
                config("upstreams: {a: {url: 'http://h/v1', keys: [k]}, b: {url: 'http://i/v1'}}");
        try (ClientKeys keys = withKey(Budget.NONE)) {
            List<String> lines = Advice.of(config, keys, Optional.of("root"), "");
            assertEquals(1, lines.size(), lines.toString());
            assertTrue(lines.getFirst().contains("upstream 'b':"), lines.toString());
        }
    }

    @Test
    void aBudgetNeedsPrices() throws Exception {
        Config config =
                config(
                        "upstreams: {a: {url: 'http://h/v1', keys: [k]}}\n"
                                + "models: {fast: {chain: [a/gpt-4o-mini, a/llama-of-ours]}}");
        try (ClientKeys unlimited = withKey(Budget.NONE);
                ClientKeys limited =
                        withKey(new Budget(OptionalDouble.of(1), OptionalDouble.empty()))) {
            assertEquals(List.of(), Advice.of(config, unlimited, Optional.of("root"), ""));
            List<String> lines = Advice.of(config, limited, Optional.of("root"), "");
            assertEquals(1, lines.size(), lines.toString());
            assertTrue(lines.getFirst().contains("'llama-of-ours':"), lines.toString());
        }
    }
}
