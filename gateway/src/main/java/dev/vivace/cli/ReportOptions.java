package dev.vivace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a command's report goes, for every command that makes one. */
final class ReportOptions {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the report as JSON to this file as well.")
    private @Nullable Path out;

    /**
     * Looks whether the report could be written, before there is one.
     *
     * @throws IOException if not, with a message for a person
     */
    void check() throws IOException {
        if (out == null) {
            return;
        }
        var folder = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out) || folder == null || !Files.isDirectory(folder)) {
            throw new IOException(
                    "--out: cannot write " + out + ": " + why(Files.isDirectory(out)));
        }
    }

    private static String why(boolean isFolder) {
        return isFolder ? "it is a folder" : "there is no such folder";
    }

    /** Prints the report as asked for, and writes it to the file if there is one. */
    void write(JsonNode report, List<String> text) throws IOException {
        var pretty =
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(report);
        if (json) {
            command.commandLine().getOut().println(pretty);
        } else {
            say(text);
        }
        if (out != null) {
            try {
                Files.writeString(out, pretty + System.lineSeparator());
            } catch (IOException e) {
                throw new IOException("--out: cannot write " + out + ": " + e.getMessage(), e);
            }
        }
    }

    /** Says something beside the report; with {@code --json} not on standard output. */
    void say(List<String> lines) {
        var line = command.commandLine();
        lines.forEach((json ? line.getErr() : line.getOut())::println);
    }

    /** Says what is wrong on standard error; the exit code of wrong use. */
    int wrong(Exception e) {
        command.commandLine().getErr().println("vivace " + command.name() + ": " + e.getMessage());
        return 2;
    }
}
