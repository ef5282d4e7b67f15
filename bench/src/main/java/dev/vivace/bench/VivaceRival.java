package dev.vivace.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Ourselves, started as a user would. */
final class VivaceRival implements Rival {
    static final String NAME = "vivace";

    private final Path launcher;

    VivaceRival(Path home) {
        this.launcher = home.resolve("vivace");
    }

    @Override
    public String name() {
        return NAME;
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
        var log = workspace.file("vivace" + upstream + "-" + started + ".log");
        var child =
                Child.start(
                        NAME,
                        log,
                        List.of(
                                launcher.toString(),
                                "serve",
                                "--port",
                                "0",
                                "--upstream",
                                "http://127.0.0.1:" + upstream + "/v1"));
        return Contender.saysWhere(NAME, started, child, upstream);
    }
}
