package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config.Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigWatchTest implements ConfigWatch.Listener {
    private static final String START = "cache: { ttl: 1s }\ndata: \"${DATA}\"\n";

    @TempDir private Path folder = Path.of("");
    private Path file = Path.of("");
    private final Map<String, String> environment = new HashMap<>(Map.of("DATA", "d"));
    private final List<Config> applied = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private String refusal = "";
    private final CountDownLatch heard = new CountDownLatch(1);

    @BeforeEach
    void name() {
        file = folder.resolve("vivace.yaml");
    }

    @Override
    public void apply(Config config) {
        if (!refusal.isEmpty()) {
            throw new IllegalStateException(refusal);
        }
        applied.add(config);
        heard.countDown();
    }

    @Override
    public void rejected(ConfigException why) {
        rejected.add(why.getMessage());
    }

    @Test
    void whatItStartedWithIsNoChange() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 5);
        heard(0, 0);
    }

    @Test
    void aChangeAppliesOnceWhenItIsWhole() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 2);
        write("cache: { ttl: 2s }\ndata: d\n");
        looks(watch, 1);
        heard(0, 0); // somebody may still be writing
        looks(watch, 5);
        heard(1, 0);
        assertEquals(Duration.ofSeconds(2), applied.getFirst().cache().ttl());
        write("cache: { ttl: 3s }\ndata: d\n");
        looks(watch, 1);
        write("cache: { ttl: 4s }\ndata: d\n");
        looks(watch, 2);
        heard(2, 0);
        assertEquals(Duration.ofSeconds(4), applied.getLast().cache().ttl());
    }

    /** A file's size and time say nothing: editors and tools put the time back. */
    @Test
    void aChangeOfTheSameSizeAndTimeIsSeen() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 2);
        FileTime time = Files.getLastModifiedTime(file);
        write(START.replace("1s", "7s"));
        Files.setLastModifiedTime(file, time);
        looks(watch, 2);
        heard(1, 0);
    }

    @Test
    void aRenameOverTheFileIsSeen() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 2);
        Path other = Files.writeString(folder.resolve("other"), START.replace("1s", "8s"));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        looks(watch, 2);
        heard(1, 0);
    }

    /** As Kubernetes changes the files of a ConfigMap: by the directory behind a link. */
    @Test
    void aSwapOfTheDirectoryBehindALinkIsSeen() throws IOException {
        Path old = Files.createDirectory(folder.resolve("..1"));
        Path now = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(old.resolve("vivace.yaml"), START);
        Files.writeString(now.resolve("vivace.yaml"), START.replace("1s", "9s"));
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(file, Path.of("..data/vivace.yaml"));
        ConfigWatch watch = watching(config -> config);
        looks(watch, 2);
        Path swap = Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..2"));
        Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE);
        looks(watch, 2);
        heard(1, 0);
        assertEquals(Duration.ofSeconds(9), applied.getFirst().cache().ttl());
    }

    @Test
    void whatCannotBeReadIsRejectedOnceAndTheWayBackIsAChange() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 2);
        write("cache: { tll: 1s }\n");
        looks(watch, 5);
        heard(0, 1);
        assertTrue(rejected.getFirst().contains("did you mean ttl?"), rejected.toString());
        Files.delete(file);
        looks(watch, 5);
        heard(0, 2);
        assertTrue(rejected.getLast().endsWith("there is no such file"), rejected.toString());
        write(START);
        looks(watch, 5);
        heard(1, 2);
        assertEquals(Duration.ofSeconds(1), applied.getFirst().cache().ttl());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    server: { host: "::1" }             | server.host
                    server: { port: 1 }                 | server.port
                    data: elsewhere                     | data
                    redis: { url: "redis://:secret@h" } | redis
                    """)
    void whatNeedsARestartIsRejectedWhole(String text, String key) throws IOException {
        write("{}");
        ConfigWatch watch = watching(config -> config);
        looks(watch, 2);
        write(text + "\ncache: { ttl: 5s }\n");
        looks(watch, 3);
        heard(0, 1);
        String why = rejected.getFirst();
        assertTrue(why.startsWith(file + ": " + key + ": cannot change while"), why);
        assertFalse(why.contains("secret@"), why);
    }

    @Test
    void theCommandLineKeepsItsPlace() throws IOException {
        write(START);
        ConfigWatch watch = watching(config -> config.withServer(new Server("127.0.0.1", 1234)));
        looks(watch, 2);
        write("server: { port: 99 }\ndata: d\ncache: { ttl: 2s }\n");
        looks(watch, 2);
        heard(1, 0);
        assertEquals(1234, applied.getFirst().server().port());
        assertEquals(Duration.ofSeconds(2), applied.getFirst().cache().ttl());
    }

    @Test
    void whatTheCommandLineCannotGoWithIsRejected() throws IOException {
        write("{}");
        ConfigWatch watch =
                watching(config ->
                        config.withUpstreams(
                                Config.proxyTo(URI.create("http://h/v1"), Optional.empty())
                                        .upstreams()));
        looks(watch, 2);
        write("upstreams: { a: { url: 'http://h/v1' } }\nmodels: { m: { chain: [a/m] } }\n");
        looks(watch, 2);
        heard(0, 1);
        assertTrue(rejected.getFirst().contains("models.m must begin with"), rejected.toString());
    }

    @Test
    void variablesAreReadAgain() throws IOException {
        ConfigWatch watch = watch();
        looks(watch, 2);
        environment.put("TTL", "6s");
        write(START.replace("1s", "\"${TTL}\""));
        looks(watch, 2);
        heard(1, 0);
        assertEquals(Duration.ofSeconds(6), applied.getFirst().cache().ttl());
    }

    @Test
    void whoCannotApplyItRejectsIt() throws IOException {
        ConfigWatch watch = watch();
        refusal = "no room";
        write(START.replace("1s", "2s"));
        looks(watch, 5);
        heard(0, 1);
        assertTrue(rejected.getFirst().endsWith("cannot be applied: no room"), "" + rejected);
    }

    @Test
    void looksByItself() throws Exception {
        try (var watch = watch()) {
            write(START.replace("1s", "2s"));
            watch.start();
            assertTrue(heard.await(30, TimeUnit.SECONDS));
        }
    }

    private ConfigWatch watch() throws IOException {
        write(START);
        return watching(config -> config);
    }

    private ConfigWatch watching(UnaryOperator<Config> flags) {
        Config running = flags.apply(ConfigFile.load(file, this::variable));
        return new ConfigWatch(file, running, flags, this::variable, this);
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    private static void looks(ConfigWatch watch, int times) {
        for (int i = 0; i < times; i++) {
            watch.check();
        }
    }

    private void heard(int times, int refusals) {
        assertEquals(times, applied.size(), applied.toString());
        assertEquals(refusals, rejected.size(), rejected.toString());
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }
}
