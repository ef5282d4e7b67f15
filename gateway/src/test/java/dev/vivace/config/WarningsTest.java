package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheMode;
import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Protocol;
import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarningsTest {
    private static final long MB = 1L << 20;

    @Test
    void theDefaultsFitTheHeapThatTheLauncherSets() throws IOException {
        var set =
                Pattern.compile("-Xmn(\\d+)m -XX:SurvivorRatio=(\\d+) -Xmx(\\d+)m")
                        .matcher(Files.readString(Path.of("../vivace")));
        assertTrue(set.find());
        long young = Long.parseLong(set.group(1));
        long survivor = young / (Long.parseLong(set.group(2)) + 2);
        long heap = Long.parseLong(set.group(3)) - survivor;
        assertEquals(
                List.of(),
                Warnings.of(
                        Config.proxyTo(URI.create("http://h/v1"), Optional.empty()), heap * MB));
    }

    @Test
    void namesBothSettingsTheHeapAndWhatToDo() {
        assertEquals(
                List.of(
                        "limits.in-flight (1GB) and cache.max (256MB) do not fit into the heap of"
                                + " 396 MB beside the 64MB that the rest needs: lower them, or give"
                                + " more, as in VIVACE_JAVA_OPTS=-Xmx1408m"),
                of(1024 * MB, 256 * MB, 396 * MB));
    }

    @Test
    void warnsFromTheFirstByteThatDoesNotFit() {
        assertEquals(List.of(), of(200 * MB, 100 * MB, 364 * MB));
        assertEquals(1, of(200 * MB, 100 * MB, 364 * MB - 1).size());
        assertEquals(1, of(Long.MAX_VALUE, Long.MAX_VALUE, 400 * MB).size());
        assertEquals(1, of(Long.MAX_VALUE, 1 * MB, 400 * MB).size());
        assertEquals(1, of(1 * MB, Long.MAX_VALUE, 400 * MB).size());
    }

    @Test
    void whatItAdvisesIsEnough() {
        for (long inFlight = MB; inFlight < 4_000 * MB; inFlight += 13 * MB) {
            String advice = of(inFlight, MB, 1).getFirst();
            long most = Long.parseLong(advice.replaceFirst("(?s).*-Xmx(\\d+)m", "$1")) * MB;
            assertEquals(List.of(), of(inFlight, MB, most - 8 * MB));
        }
    }

    @Test
    void namesAProgramThatIsNotThere(@TempDir Path folder) throws IOException {
        assertEquals(List.of(), started("sh"));
        assertEquals(
                List.of(
                        "mcp.s.command: there is no program 'no-such-program' here that could be started"),
                started("no-such-program"));
        Path file = Files.writeString(folder.resolve("tool"), "#!/bin/sh\n");
        assertEquals(1, started(file.toString()).size(), "it cannot be executed");
        assertTrue(file.toFile().setExecutable(true));
        assertEquals(List.of(), started(file.toString()));
        assertEquals(1, started(folder.toString()).size(), "a folder is no program");
    }

    private static List<String> started(String command) {
        return Warnings.of(
                Config.builder()
                        .mcp(
                                Map.of(
                                        "s",
                                        new ToolServer.Local(
                                                command,
                                                List.of(),
                                                Map.of(),
                                                ToolServer.Terms.DEFAULT)))
                        .build(),
                4_000 * MB);
    }

    @Test
    void namesAModelThatLeadsToDifferentProtocols() {
        warned("models.m leads to upstreams that speak different protocols", "own/a", "claude/b");
        warned("", "own/a", "other/b");
        var larger = new ModelRoute(List.of("own/a"), Balance.ORDER, Optional.of("claude/b"));
        assertEquals(1, routed(larger).size());
    }

    @Test
    void namesAModelThatGoesFromAKeyOfOursToTheClients() {
        warned("models.m can go from paid/a, which has a key here, to own/b,", "paid/a", "own/b");
        warned("", "own/b", "paid/a");
        warned("", "paid/a", "paid/b");
        var least = new ModelRoute(List.of("own/b", "paid/a"), Balance.WEIGHT, Optional.empty());
        assertTrue(routed(least).getFirst().startsWith("models.m can go from paid/a"));
    }

    private static void warned(String start, String... chain) {
        List<String> warnings = routed(ModelRoute.of(chain));
        assertEquals(start.isEmpty() ? 0 : 1, warnings.size(), warnings.toString());
        warnings.forEach(warning -> assertTrue(warning.startsWith(start), warning));
    }

    private static List<String> routed(ModelRoute route) {
        var upstreams = new LinkedHashMap<String, Upstream>();
        URI url = URI.create("http://h/v1");
        upstreams.put("own", new Upstream(url, Protocol.OPENAI, Optional.empty()));
        upstreams.put("other", new Upstream(url, Protocol.OPENAI, Optional.empty()));
        upstreams.put("claude", new Upstream(url, Protocol.ANTHROPIC, Optional.empty()));
        upstreams.put("paid", new Upstream(url, Protocol.OPENAI, Optional.of("sk")));
        return Warnings.of(
                Config.builder().upstreams(upstreams).models(Map.of("m", route)).build(), 400 * MB);
    }

    private static List<String> of(long inFlight, long cache, long heap) {
        return Warnings.of(
                Config.builder()
                        .cache(new Cache(CacheMode.ALL, cache, Duration.ofHours(1)))
                        .limits(new Limits(MB, inFlight))
                        .build(),
                heap);
    }
}
