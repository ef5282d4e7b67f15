package dev.vivace.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A temporary folder for configurations and logs, and what is installed on the machine. */
final class Workspace implements AutoCloseable {
    private static final String USUAL = "/usr/local/bin:/usr/sbin:/usr/bin:/opt/homebrew/bin";

    private final Path folder;

    Workspace() {
        try {
            folder = Files.createTempDirectory("vivace-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Path write(String name, String text) {
        try {
            Files.createDirectories(file(name).getParent());
            return Files.writeString(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program on the PATH or in a usual folder. */
    Optional<Path> find(String program) {
        var path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + USUAL;
        return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                .map(place -> Path.of(place, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
