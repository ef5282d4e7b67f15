package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config.Timeouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page says what the code does. */
class ConfigDocumentationTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");
    private static final String HEAD =
            "| Key | What it is | Accepts | Default |\n|---|---|---|---|\n";

    /** The table is made of the same list as the reader and the schema. */
    @Test
    void hasEveryKeyWithItsRangeAndItsDefault() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf(HEAD);
        assertTrue(start >= 0, "no table in " + PAGE);
        int end = page.indexOf("\n\n", start) + 1;
        String wanted = page.substring(0, start) + HEAD + rows(Keys.FILE) + page.substring(end);
        if (Boolean.getBoolean("vivace.write")) {
            Files.writeString(PAGE, wanted);
        }
        assertEquals(
                wanted,
                Files.readString(PAGE),
                "mvn verify -pl core,simulator,gateway -Dtest=ConfigDocumentationTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dvivace.write=true"
                        + " writes the table");
    }

    @Test
    void itsExampleLoadsAndHasEveryKey(@TempDir Path folder) throws IOException {
        String page = Files.readString(PAGE);
        String example = page.split("```yaml\n", 2)[1].split("```", 2)[0];
        Path file = Files.writeString(folder.resolve("example.yaml"), example);

        Config config =
                ConfigFile.load(
                        file,
                        name ->
                                Optional.of(
                                        name.equals("REDIS_URL")
                                                ? "redis://h"
                                                : "value-of-" + name));

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

    private static String rows(Keys section) {
        var rows = new StringBuilder();
        for (Key key : section.keys()) {
            if (key.kind() != Key.Kind.SECTION) {
                rows.append(row(section, key));
            }
            key.section().ifPresent(inner -> rows.append(rows(inner)));
        }
        return rows.toString();
    }

    private static String row(Keys section, Key key) {
        String name = section.path().isEmpty() ? key.name() : section.path() + "." + key.name();
        String rule = key.rule().orElseThrow().expected();
        String range = rule.replaceFirst("(, as in | \\(its value).*", "");
        String accepts =
                switch (key.kind()) {
                    case LIST -> key.length() + ", each " + range;
                    case TEXTS ->
                            "a mapping of at most %d names to values; names have %s, values %s"
                                    .formatted(
                                            key.most(),
                                            range,
                                            key.values()
                                                    .orElseThrow()
                                                    .expected()
                                                    .replaceFirst(" \\(its value.*", ""));
                    case NAMES ->
                            "a mapping"
                                    + (key.least() > 0 ? " with at least one name" : "")
                                    + "; names have "
                                    + range;
                    default -> range;
                };
        String about = key.about() + (key.required() ? " Required." : "");
        String standard = key.standard().map(text -> "`" + text + "`").orElse(key.otherwise());
        return "| "
                + String.join(" | ", List.of("`" + name + "`", about, accepts, standard))
                + " |\n";
    }
}
