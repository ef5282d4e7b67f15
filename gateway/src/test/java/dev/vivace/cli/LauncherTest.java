package dev.vivace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs the real {@code vivace} script, in a copy of the repository's outline, with a Java and a
 * Maven that only write down how they were called.
 */
class LauncherTest {
    private static final String[] TOOLS = {
        "sh",
        "bash",
        "cat",
        "dirname",
        "find",
        "flock",
        "head",
        "mkdir",
        "mv",
        "perl",
        "readlink",
        "rm",
        "sed",
        "tail",
        "touch"
    };

    @TempDir Path temp;
    private Path root;
    private Path bin;
    private final TreeMap<String, String> environment = new TreeMap<>();

    record Outcome(int code, String out, String err, long pid) {
        List<String> arguments() {
            return out.lines()
                    .filter(line -> line.startsWith("argument "))
                    .map(line -> line.substring(9))
                    .toList();
        }

        boolean ranOn(Path home) {
            return out.contains("home " + home + "\n");
        }
    }

    @BeforeEach
    void outline() throws IOException {
        temp = temp.toRealPath();
        root = temp.resolve("a repository");
        bin = Files.createDirectories(temp.resolve("bin"));
        for (var tool : TOOLS) {
            var real =
                    Stream.of("/usr/bin", "/bin")
                            .map(folder -> Path.of(folder, tool))
                            .filter(Files::isExecutable)
                            .findFirst();
            if (real.isPresent()) {
                executable(bin.resolve(tool), "#!/bin/sh\nexec " + real.get() + " \"$@\"\n");
            }
        }
        for (var module : List.of("core", "gateway", "bench")) {
            write(root.resolve(module + "/pom.xml"), "<project/>");
            write(root.resolve(module + "/src/main/java/A.java"), "class A {}");
        }
        write(root.resolve("pom.xml"), "<project/>");
        var repository = Path.of("..").toRealPath();
        for (var script : List.of("vivace", ".ci/run")) {
            executable(root.resolve(script), Files.readString(repository.resolve(script)));
        }
        executable(
                bin.resolve("mvn"),
                """
                #!/bin/sh
                echo "$JAVA_HOME $*" >>"$TEMP/maven"
                if [ -e "$TEMP/hold" ]; then cat "$TEMP/hold"; fi
                if [ -e "$TEMP/broken" ]; then echo "A.java:7: no"; exit 3; fi
                case "$*" in
                  *package*) mkdir -p gateway/target/lib bench/target
                    touch gateway/target/vivace.jar bench/target/vivace-bench.jar ;;
                esac
                """);
        environment.put("PATH", bin.toString());
        environment.put("HOME", temp.toString());
        environment.put("TEMP", temp.toString());
        environment.put("VIVACE_JDK_FOLDERS", temp + "/nothing/*:" + temp + "/jdks/*");
    }

    @ParameterizedTest
    @CsvSource({
        "25, true",
        "25.0.3, true",
        "26-ea, true",
        "101.2, true",
        "17.0.15, false",
        "24.0.2, false",
        "1.8.0_392, false",
        "'', false"
    })
    void tellsVersionsApart(String version, boolean isNewEnough) throws Exception {
        jdk("jdks/only", version);
        var outcome = launch("--help");
        assertEquals(isNewEnough ? 0 : 2, outcome.code(), outcome.err());
    }

    @Test
    void findsTheNewOneAmongOldOnes() throws Exception {
        jdk("jdks/a-17", "17.0.15");
        var wanted = jdk("jdks/b 25", "25.0.3");
        jdk("jdks/c-8", "1.8.0_392");
        assertTrue(launch().ranOn(wanted));
    }

    @Test
    void takesJavaHomeBeforeThePathBeforeTheFolders() throws Exception {
        var inFolder = jdk("jdks/25", "25");
        var onPath = jdk("on path/25", "25");
        var atHome = jdk("home/26", "26");
        assertTrue(launch().ranOn(inFolder));
        Files.createSymbolicLink(bin.resolve("java"), onPath.resolve("bin/java"));
        assertTrue(launch().ranOn(onPath));
        environment.put("JAVA_HOME", atHome.toString());
        assertTrue(launch().ranOn(atHome));
    }

    @Test
    void passesOverAnOldJavaHomeAndAnOldPath() throws Exception {
        var wanted = jdk("jdks/25", "25");
        Files.createSymbolicLink(bin.resolve("java"), jdk("path/17", "17").resolve("bin/java"));
        environment.put("JAVA_HOME", jdk("home/21", "21").toString());
        assertTrue(launch().ranOn(wanted));
    }

    @Test
    void asksTheJavaWhereNoReleaseFileTells() throws Exception {
        Files.delete(jdk("jdks/a", "17.0.1").resolve("release"));
        var wanted = jdk("jdks/b", "25.0.1");
        Files.delete(wanted.resolve("release"));
        assertTrue(launch().ranOn(wanted));
    }

    @Test
    void withoutJavaSaysWhatToInstall() throws Exception {
        jdk("jdks/17", "17");
        var outcome = launch("serve");
        assertEquals(2, outcome.code());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count());
        assertTrue(outcome.err().contains("JDK") && outcome.err().contains("25"), outcome.err());
    }

    @Test
    void withoutMavenSaysWhatToInstallButOnlyToBuild() throws Exception {
        jdk("jdks/25", "25");
        Files.move(bin.resolve("mvn"), temp.resolve("mvn"));
        var outcome = launch();
        assertEquals(2, outcome.code());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count());
        assertTrue(outcome.err().contains("Maven"), outcome.err());
        Files.move(temp.resolve("mvn"), bin.resolve("mvn"));
        assertEquals(0, launch().code());
        Files.delete(bin.resolve("mvn"));
        assertEquals(0, launch().code());
    }

    @Test
    void aRuntimeWithoutCompilerRunsButDoesNotBuild() throws Exception {
        var runtime = jdk("jdks/a", "25");
        Files.delete(runtime.resolve("bin/javac"));
        var outcome = launch();
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("compiler"), outcome.err());
        var whole = jdk("jdks/b", "25");
        assertTrue(launch().ranOn(whole));
        Files.move(whole, temp.resolve("gone"));
        assertTrue(launch().ranOn(runtime));
    }

    @Test
    void buildsOnlyWhenSourcesChanged() throws Exception {
        var home = jdk("jdks/25", "25");
        var first = launch();
        assertTrue(first.err().startsWith("Building Vivace"), first.err());
        assertEquals("", launch().err());
        assertEquals(1, timesMavenRan());

        write(root.resolve("core/src/main/java/A.java"), "class A { int changed; }");
        launch();
        assertEquals(2, timesMavenRan());
        launch();
        assertEquals(2, timesMavenRan());

        Files.delete(root.resolve("core/src/main/java/A.java"));
        launch();
        assertEquals(3, timesMavenRan(), "a file was removed");

        write(root.resolve("bench/pom.xml"), "<project></project>");
        launch();
        assertEquals(4, timesMavenRan(), "a dependency may have changed");

        Files.delete(root.resolve("gateway/target/vivace.jar"));
        launch();
        assertEquals(5, timesMavenRan(), "the program was removed");

        var line = Files.readAllLines(temp.resolve("maven")).getFirst();
        assertTrue(line.startsWith(home + " -B -ntp -q ") && line.endsWith(" package"), line);
    }

    @Test
    void aBrokenBuildShowsItsLogAndIsTriedAgain() throws Exception {
        jdk("jdks/25", "25");
        write(temp.resolve("broken"), "");
        for (int round = 1; round <= 2; round++) {
            var outcome = launch();
            assertEquals(1, outcome.code());
            assertEquals("", outcome.out());
            assertTrue(outcome.err().contains("A.java:7: no"), outcome.err());
            assertEquals(round, timesMavenRan());
        }
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        jdk("jdks/25", "25");
        var hold = temp.resolve("hold");
        assertEquals(0, new ProcessBuilder("mkfifo", hold.toString()).start().waitFor());
        var first = start(root.resolve("vivace"), "one");
        var firstSays = first.errorReader(UTF_8);
        assertTrue(firstSays.readLine().startsWith("Building Vivace"));
        var second = start(root.resolve("vivace"), "two");
        assertTrue(second.errorReader(UTF_8).readLine().startsWith("Waiting for another"));
        write(hold, ""); // Opens the pipe: the build goes on.
        assertTrue(outcome(first).arguments().contains("one"));
        assertTrue(outcome(second).arguments().contains("two"));
        assertEquals(1, timesMavenRan());
    }

    @Test
    void trainsOnceForOneJavaAndOneBuild() throws Exception {
        var home = jdk("jdks/25", "25");
        var arguments = launch("serve").arguments();
        var cache = "-XX:AOTCache=" + root.resolve(".vivace/vivace.aot");
        assertTrue(arguments.contains(cache), arguments.toString());
        launch();
        assertEquals(1, timesTrained());
        var training = Files.readAllLines(temp.resolve("trained")).getFirst();
        for (var flag : List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders")) {
            assertTrue(arguments.contains(flag), arguments.toString());
            assertTrue(training.contains(flag), training);
        }

        write(home.resolve("release"), "JAVA_VERSION=\"25.0.4\"\n");
        launch();
        assertEquals(2, timesTrained(), "another Java");

        Files.setLastModifiedTime(
                root.resolve("gateway/target/vivace.jar"),
                FileTime.from(Instant.now().plusSeconds(1)));
        launch();
        assertEquals(3, timesTrained(), "another build");
    }

    @Test
    void goesOnWithoutACacheWhenTrainingFails() throws Exception {
        jdk("jdks/25", "25");
        write(temp.resolve("untrainable"), "");
        for (int round = 1; round <= 2; round++) {
            var outcome = launch();
            assertEquals(0, outcome.code());
            assertFalse(outcome.out().contains("AOTCache"), outcome.out());
        }
        assertEquals(2, timesTrained(), "the two ways to train, once each");
    }

    @ParameterizedTest
    @CsvSource({"-Dx=y, true", "'-Dx=y -Xmn48m', false", "-XX:+UseZGC, false"})
    void usesTheCacheOnlyUnderTheHeapItWasMadeFor(String options, boolean uses) throws Exception {
        jdk("jdks/25", "25");
        environment.put("VIVACE_JAVA_OPTS", options);
        var outcome = launch("serve");
        assertEquals(uses, outcome.out().contains("-XX:AOTCache="), outcome.out());
        assertEquals(1, timesTrained());
        assertFalse(Files.readString(temp.resolve("trained")).contains(options));
    }

    @Test
    void becomesTheProgramFromAnywhere() throws Exception {
        jdk("jdks/25", "25");
        var link = temp.resolve("some link");
        Files.createSymbolicLink(link, Path.of("a repository/vivace"));
        environment.put("VIVACE_JAVA_OPTS", "-Xmx1g -Dx=*");
        var outcome = launch(link, "serve", "--config", "with space.yaml", "");
        assertTrue(outcome.out().contains("process " + outcome.pid() + "\n"), "it uses exec");
        assertTrue(outcome.out().contains("folder " + temp + "\n"), "the caller's folder stays");
        var arguments = outcome.arguments();
        var jar = arguments.indexOf("-jar");
        assertEquals(List.of("-Xmx1g", "-Dx=*"), arguments.subList(jar - 2, jar));
        assertEquals(
                List.of(
                        root.resolve("gateway/target/vivace.jar").toString(),
                        "serve",
                        "--config",
                        "with space.yaml",
                        ""),
                arguments.subList(jar + 1, arguments.size()));
    }

    @Test
    void benchRunsTheBench() throws Exception {
        jdk("jdks/25", "25");
        var arguments = launch("bench", "gateway", "--json").arguments();
        assertTrue(arguments.contains("-Dvivace.home=" + root), arguments.toString());
        assertEquals(
                List.of(
                        root.resolve("bench/target/vivace-bench.jar").toString(),
                        "gateway",
                        "--json"),
                arguments.subList(arguments.size() - 3, arguments.size()));
    }

    @ParameterizedTest
    @CsvSource({"vivace, test", ".ci/run,"})
    void testVerifiesAndItsExitCodeIsMavens(String script, String argument) throws Exception {
        var home = jdk("jdks/25", "25");
        var arguments = argument == null ? new String[0] : new String[] {argument};
        assertEquals(0, launch(root.resolve(script), arguments).code());
        assertEquals(List.of(home + " -B -ntp verify"), Files.readAllLines(temp.resolve("maven")));
        write(temp.resolve("broken"), "");
        assertEquals(3, launch(root.resolve(script), arguments).code());
    }

    private Path jdk(String folder, String version) throws IOException {
        var home = temp.resolve(folder);
        write(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        executable(
                home.resolve("bin/java"),
                """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2026' >&2; exit; fi
                for argument; do
                  case $argument in -XX:AOTCacheOutput=*)
                    echo "$*" >>"$TEMP/trained"
                    if [ -e "$TEMP/untrainable" ]; then exit 1; fi
                    : >"${argument#*=}"
                    exit ;;
                  esac
                done
                echo "home HOME"
                echo "process $$"
                echo "folder $(pwd -P)"
                for argument; do echo "argument $argument"; done
                """
                        .replace("VERSION", version)
                        .replace("HOME", home.toString()));
        return home;
    }

    private Outcome launch(String... arguments) throws Exception {
        return launch(root.resolve("vivace"), arguments);
    }

    private Outcome launch(Path script, String... arguments) throws Exception {
        return outcome(start(script, arguments));
    }

    private Process start(Path script, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(script.toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(temp.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Outcome outcome(Process process) throws Exception {
        var out = new String(process.getInputStream().readAllBytes(), UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "hangs");
        return new Outcome(process.exitValue(), out, err, process.pid());
    }

    private long timesMavenRan() throws IOException {
        return Files.readAllLines(temp.resolve("maven")).size();
    }

    private long timesTrained() throws IOException {
        return Files.readAllLines(temp.resolve("trained")).size();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        write(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }
}
