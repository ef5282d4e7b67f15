package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.config.ConfigSchema;
import dev.vivace.config.Units;
import dev.vivace.config.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vivace validate FILE}: 0 if nothing is wrong with it, 2 if something is. */
final class ValidateCommand implements Command {
    private static final int INVALID = 2;
    private static final JsonMapper JSON = new JsonMapper();

    private final Function<String, Optional<String>> environment;

    ValidateCommand() {
        this(name -> Optional.ofNullable(System.getenv(name)));
    }

    ValidateCommand(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    @Override
    public Usage usage() {
        return new Usage(
                        "validate",
                        "Checks a configuration file and names everything that is wrong with it, with its line.")
                .operands("FILE", "the configuration file.", 0, 1)
                .flag("schema", "Print the JSON schema of the file instead, for editors.")
                .flag("json", "Print one JSON object instead of lines.")
                .option("out", "FILE", "Also write that JSON object to a file.")
                .footer("", "Exit code: 0 if nothing is wrong, 2 otherwise.");
    }

    @Override
    public int run(Arguments given, Console console) {
        if (given.has("schema")) {
            console.out().print(ConfigSchema.text());
            return 0;
        }
        if (given.operands().isEmpty()) {
            throw new UsageException("FILE is missing: the configuration file");
        }
        Path file = given.operand(Kind.PATH);
        List<ConfigException.Problem> problems = List.of();
        List<String> warnings = List.of();
        String text;
        try {
            Config config = ConfigFile.load(file, environment);
            warnings =
                    Stream.concat(
                                    Warnings.open(config).stream(),
                                    Warnings.of(config, Runtime.getRuntime().maxMemory()).stream())
                            .toList();
            text = file + " is valid: " + summary(config);
        } catch (ConfigException e) {
            problems = e.problems();
            text = String.valueOf(e.getMessage());
        }
        boolean valid = problems.isEmpty();
        String report = json(problems, warnings);
        if (given.has("json")) {
            console.out().println(report);
        } else {
            (valid ? console.out() : console.err()).println(text);
            warnings.forEach(warning -> console.err().println(file + ": warning: " + warning));
        }
        Optional<Path> out = given.find("out", Kind.PATH);
        if (out.isPresent()) {
            try {
                Files.writeString(out.get(), report + "\n");
            } catch (IOException e) {
                console.err().println("cannot write " + out.get() + ": " + e);
                return INVALID;
            }
        }
        return valid ? 0 : INVALID;
    }

    private static String json(List<ConfigException.Problem> problems, List<String> warnings) {
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
        if (!warnings.isEmpty()) {
            ArrayNode all = report.putArray("warnings");
            warnings.forEach(all::add);
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
                count(config.mcp().size(), "MCP server"),
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
