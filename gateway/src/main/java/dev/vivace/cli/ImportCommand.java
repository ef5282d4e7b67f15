package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.config.ConfigException;
import dev.vivace.config.LiteLlmImport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** {@code vivace import FILE}: 0 if a configuration was made of it, 2 if not. */
final class ImportCommand implements Command {
    private static final int USELESS = 2;

    @Override
    public Usage usage() {
        return new Usage("import", "Makes a configuration of a LiteLLM proxy's config.yaml.")
                .operand("FILE", "the proxy's config.yaml.")
                .option("out", "FILE", "Write it to this file, which must not exist yet.")
                .footer(
                        "",
                        "What was not understood or cannot be kept is named on standard error, with its line.",
                        "Exit code: 0 if a configuration was made, 2 otherwise.");
    }

    @Override
    public int run(Arguments given, Console console) {
        Path file = given.operand(Kind.PATH);
        LiteLlmImport.Result made;
        try {
            made = LiteLlmImport.of(file);
        } catch (ConfigException e) {
            console.err().println(e.getMessage());
            return USELESS;
        }
        made.notes().forEach(console.err()::println);
        long missing =
                made.notes().stream().filter(note -> note.contains(" is left out: ")).count();
        if (missing > 0) {
            console.err().println(missing + " entries of model_list are left out: see above");
        }
        Optional<Path> out = given.find("out", Kind.PATH);
        if (out.isEmpty()) {
            console.out().print(made.yaml());
            return 0;
        }
        try {
            Files.writeString(out.get(), made.yaml(), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            console.err().println(out.get() + " is there already; it was not changed");
            return USELESS;
        } catch (IOException e) {
            console.err().println("cannot write " + out.get() + ": " + e);
            return USELESS;
        }
        console.out().println(out.get() + " is written; ./vivace validate " + out.get());
        return 0;
    }
}
