package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a command's report goes, for every command that makes one. */
final class Report {
    private final Console console;
    private final boolean json;
    private final Optional<Path> file;

    private Report(Console console, boolean json, Optional<Path> file) {
        this.console = console;
        this.json = json;
        this.file = file;
    }

    /** Adds the options to a command. */
    static Usage describe(Usage usage) {
        return usage.flag("json", "Print the report as JSON.")
                .option("out", "FILE", "Write the report as JSON to this file as well.");
    }

    /**
     * As the options say; looks whether the report could be written, before there is one.
     *
     * @throws UsageException if not
     */
    static Report of(Arguments given, Console console) {
        Optional<Path> file = given.find("out", Kind.PATH);
        file.ifPresent(path -> {
            Path folder = path.toAbsolutePath().getParent();
            if (Files.isDirectory(path)) {
                throw new UsageException("--out: cannot write " + path + ": it is a folder");
            }
            if (folder == null || !Files.isDirectory(folder)) {
                throw new UsageException(
                        "--out: cannot write " + path + ": there is no such folder");
            }
            if (!Files.isWritable(Files.exists(path) ? path : folder)) {
                throw new UsageException("--out: cannot write " + path + ": no permission");
            }
        });
        return new Report(console, given.has("json"), file);
    }

    /** Prints the report as asked for, and writes it to the file if there is one. */
    void write(JsonNode report, List<String> text) throws IOException {
        String pretty =
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(report);
        if (json) {
            console.out().println(pretty);
        } else {
            text.forEach(console.out()::println);
        }
        if (file.isPresent()) {
            try {
                Files.writeString(file.get(), pretty + System.lineSeparator());
            } catch (IOException e) {
                throw new IOException(
                        "--out: cannot write " + file.get() + ": " + e.getMessage(), e);
            }
        }
    }

    /** Says something beside the report; with {@code --json} not on standard output. */
    void say(String line) {
        (json ? console.err() : console.out()).println(line);
    }

    /** What a person gave cannot be used, which was only found out on the way. */
    static UsageException wrong(Exception e) {
        return new UsageException(String.valueOf(e.getMessage()));
    }
}
