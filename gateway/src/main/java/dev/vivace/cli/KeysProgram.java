package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Program;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyJson;
import dev.vivace.key.VirtualKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** {@code vivace keys}: the commands that look after client keys, and what they share. */
final class KeysProgram {
    static final Path USUAL = Path.of("vivace-data");

    private KeysProgram() {}

    static Program of(String version) {
        return new Program(
                        "vivace keys",
                        version,
                        "Makes, lists and revokes the keys that clients of the gateway show.",
                        "A running gateway notices within a second.",
                        "",
                        "vivace keys COMMAND --help says more.")
                .with("create", KeysCreateCommand::new)
                .with("list", KeysListCommand::new)
                .with("revoke", KeysRevokeCommand::new);
    }

    /** Adds the options that say whose keys are meant. */
    static Usage describe(Usage usage) {
        return usage.option("data", "DIR", "The gateway's data directory.")
                .option(
                        "config",
                        "FILE",
                        "The gateway's configuration, whose data directory is meant.")
                .flag("json", "Print one JSON object.");
    }

    /**
     * @throws UsageException if the options name no data directory
     */
    static ClientKeys keys(Arguments given, Console console) {
        return ClientKeys.of(data(given, console));
    }

    /**
     * The data directory that is meant; told where the options name none.
     *
     * @throws UsageException if the file that they name does not name one
     */
    static Path data(Arguments given, Console console) {
        if (given.find("data", Kind.PATH).isEmpty() && given.find("config", Kind.PATH).isEmpty()) {
            console.err()
                    .println(
                            "Neither --data nor --config is given: the keys are those of ./"
                                    + USUAL
                                    + ".");
        }
        return data(given);
    }

    static Path data(Arguments given) {
        Optional<Path> data = given.find("data", Kind.PATH);
        return data.or(() -> given.find("config", Kind.PATH).map(KeysProgram::configured))
                .orElse(USUAL);
    }

    private static Path configured(Path file) {
        try {
            Config config = ConfigFile.load(file, name -> Optional.ofNullable(System.getenv(name)));
            return config.data()
                    .orElseThrow(() ->
                            new UsageException(
                                    "--config: "
                                            + file
                                            + " names no data directory; without one, keys"
                                            + " live in the memory of the gateway"));
        } catch (ConfigException e) {
            throw Report.wrong(e);
        }
    }

    /** One JSON object. */
    static String json(Consumer<JsonGenerator> members) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator to =
                JsonMapper.shared().writerWithDefaultPrettyPrinter().createGenerator(bytes)) {
            to.writeStartObject();
            members.accept(to);
            to.writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    static String json(VirtualKey key) {
        return json(to -> KeyJson.write(key, to));
    }
}
