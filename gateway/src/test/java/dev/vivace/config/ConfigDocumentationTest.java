package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Embeddings;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Server;
import dev.vivace.config.Config.Timeouts;
import dev.vivace.config.Config.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page says what the code does. */
class ConfigDocumentationTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");

    /** Those of which the table shows only what is in them. */
    private static final Set<String> SECTIONS =
            Set.of("server", "cache", "embeddings", "limits", "timeouts");

    @Test
    void hasEveryKeyAndNoOther() throws IOException {
        Set<String> known = new TreeSet<>();
        for (Keys section : Keys.values()) {
            for (String key : section.known()) {
                known.add(section == Keys.FILE ? key : section.path() + "." + key);
            }
        }
        known.removeAll(SECTIONS);
        Set<String> documented =
                Pattern.compile("(?m)^\\| `([^`]+)` \\|")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(row -> row.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(known, documented);
    }

    @Test
    void hasEveryRangeAndDefault() throws IOException {
        row("server.host", Server.HOST, Server.DEFAULT.host());
        row("server.port", Server.PORT, "" + Server.DEFAULT.port());
        row("server.hosts", Server.HOST, "none");
        row("data", Config.DATA, "");
        row("upstreams", Config.UPSTREAM_NAME, Config.DEFAULT_UPSTREAM);
        row("upstreams.NAME.url", Upstream.URL, "");
        row("upstreams.NAME.protocol", Upstream.PROTOCOL, "openai");
        row("upstreams.NAME.keys", Upstream.KEY, "");
        row("models", Config.MODEL_NAME, "");
        row("models.NAME.chain", Config.TARGET, "");
        row("prices", Config.MODEL_NAME, "");
        row("prices.MODEL.input", Config.PRICE, "");
        row("prices.MODEL.cached", Config.PRICE, "input");
        row("prices.MODEL.output", Config.PRICE, "");
        row("cache.mode", Cache.MODE, "deterministic");
        row("cache.max", Cache.MAX, Units.printBytes(Cache.DEFAULT.maxBytes()));
        row("cache.ttl", Cache.TTL, Units.printDuration(Cache.DEFAULT.ttl()));
        var embeddings = Embeddings.DEFAULT;
        row("embeddings.batch-items", Embeddings.ITEMS, "" + embeddings.batchItems());
        row("embeddings.batch-tokens", Embeddings.TOKENS, "" + embeddings.batchTokens());
        row("embeddings.batch-wait", Embeddings.WAIT, Units.printDuration(embeddings.batchWait()));
        row("limits.body", Limits.BODY, Units.printBytes(Limits.DEFAULT.bodyBytes()));
        row("limits.in-flight", Limits.IN_FLIGHT, Units.printBytes(Limits.DEFAULT.inFlightBytes()));
        var timeouts = Timeouts.DEFAULT;
        row("timeouts.connect", Timeouts.RANGE, Units.printDuration(timeouts.connect()));
        row("timeouts.first-byte", Timeouts.RANGE, Units.printDuration(timeouts.firstByte()));
        row("timeouts.idle", Timeouts.RANGE, Units.printDuration(timeouts.idle()));
    }

    @Test
    void itsExampleLoadsAndHasEveryKey(@TempDir Path folder) throws IOException {
        String page = Files.readString(PAGE);
        String example = page.split("```yaml\n", 2)[1].split("```", 2)[0];
        Path file = Files.writeString(folder.resolve("example.yaml"), example);

        Config config = ConfigFile.load(file, name -> Optional.of("value-of-" + name));

        assertEquals(
                Optional.of("value-of-OPENAI_API_KEY"),
                config.upstreams().firstEntry().getValue().key());
        assertEquals(Timeouts.DEFAULT, config.timeouts());
        for (Keys section : Keys.values()) {
            for (String key : section.known()) {
                assertTrue(example.contains(key + ":"), key);
            }
        }
    }

    private static void row(String key, Rule<?> rule, String standard) throws IOException {
        String row =
                Files.readString(PAGE)
                        .lines()
                        .filter(line -> line.startsWith("| `" + key + "` |"))
                        .findFirst()
                        .orElseThrow();
        String range = rule.expected().replaceFirst("(, as in | \\(its value).*", "");
        assertTrue(row.contains(range), () -> range + " is not in: " + row);
        String[] cells = row.split("\\|", -1);
        String cell = cells[4].strip();
        assertTrue(cell.contains(standard), () -> standard + " is not in: " + cell);
    }
}
