package dev.vivace.cli;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.config.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vivace validate FILE}: 0 if the gateway would start with it, 2 if not. */
@Command(
        name = "validate",
        description = {
            "Checks a configuration file and names everything that is wrong with it, with its line.",
            "Exits 0 if nothing is, 2 otherwise."
        },
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private static final int INVALID = 2;
    private static final JsonMapper JSON = new JsonMapper();

    private final Function<String, Optional<String>> environment;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The configuration file.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print one JSON object instead of lines.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also write that JSON object to a file.")
    private @Nullable Path out;

    ValidateCommand() {
        this(name -> Optional.ofNullable(System.getenv(name)));
    }

    ValidateCommand(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        try {
            Config config = ConfigFile.load(file, environment);
            return report(List.of(), file + " is valid: " + summary(config), 0);
        } catch (ConfigException e) {
            return report(e.problems(), e.getMessage(), INVALID);
        }
    }

    private int report(List<ConfigException.Problem> problems, String text, int code) {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        String report = json(problems);
        if (json) {
            line.getOut().println(report);
        } else {
            (code == 0 ? line.getOut() : line.getErr()).println(text);
        }
        if (out != null) {
            try {
                Files.writeString(out, report + "\n");
            } catch (IOException e) {
                line.getErr().println("cannot write " + out + ": " + e);
                return INVALID;
            }
        }
        return code;
    }

    private static String json(List<ConfigException.Problem> problems) {
        ObjectNode report = JSON.createObjectNode().put("valid", problems.isEmpty());
        if (!problems.isEmpty()) {
            ArrayNode all = report.putArray("problems");
            for (var problem : problems) {
                all.addObject()
                        .put("line", problem.line())
                        .put("path", problem.path())
                        .put("message", problem.message());
            }
        }
        return report.toString();
    }

    private static String summary(Config config) {
        Config.Cache cache = config.cache();
        return String.join(
                ", ",
                config.upstreams().isEmpty()
                        ? "no upstreams (the command line or the environment names one)"
                        : count(config.upstreams().size(), "upstream"),
                count(config.models().size(), "model name"),
                count(config.prices().size(), "price"),
                "cache "
                        + cache.mode().name().toLowerCase(Locale.ROOT)
                        + " ("
                        + Units.printBytes(cache.maxBytes())
                        + ", "
                        + Units.printDuration(cache.ttl())
                        + ")",
                "listens on " + config.server().host() + " port " + config.server().port());
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
