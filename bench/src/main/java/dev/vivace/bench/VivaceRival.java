package dev.vivace.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Ourselves, or another version of us, started as a user would. */
final class VivaceRival implements Rival {
    static final String NAME = "vivace";

    /** The version that this one is held against. */
    static final String OTHER = "vivace-other";

    private final String name;
    private final Path launcher;

    private VivaceRival(String name, Path home) {
        this.name = name;
        this.launcher = home.resolve("vivace");
    }

    static VivaceRival at(Path home) {
        return new VivaceRival(NAME, home);
    }

    static VivaceRival other(Path home) {
        return new VivaceRival(OTHER, home);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> absence(Workspace workspace) {
        return Files.isExecutable(launcher)
                ? Optional.empty()
                : Optional.of("there is no launcher at " + launcher);
    }

    /** The launcher becomes the program, so that the process that was started is the gateway. */
    @Override
    public Contender start(Workspace workspace, int upstream) {
        long started = System.nanoTime();
        var log = workspace.file(name + upstream + "-" + started + ".log");
        var child =
                Child.start(
                        name,
                        log,
                        List.of(
                                launcher.toString(),
                                "serve",
                                "--port",
                                "0",
                                "--upstream",
                                "http://127.0.0.1:" + upstream + "/v1"));
        return Contender.saysWhere(name, started, child, upstream);
    }
}
