package dev.vivace.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;

/** The configuration file: YAML 1.2 in UTF-8, at most 1 MB. */
public final class ConfigFile {
    static final int MAX_BYTES = 1 << 20;

    private ConfigFile() {}

    /**
     * Reads and checks a file as a whole.
     *
     * @param environment the value of an environment variable, for {@code ${NAME}}; such values
     *     appear in no error
     * @throws ConfigException with everything that is wrong, if anything is
     */
    public static Config load(Path file, Function<String, Optional<String>> environment) {
        return read(file, bytes(file), environment);
    }

    /** Likewise, of a content that is there already. */
    static Config read(Path file, byte[] content, Function<String, Optional<String>> environment) {
        var problems = new Problems(file);
        String text = text(content, problems);
        Node root =
                Yaml.parse(text, problems)
                        .orElseThrow(() -> problems.failure(0, "", "the file is empty"));
        var written = new Written();
        var variables = new Variables(environment);
        return ConfigReader.read(Entry.root(root, problems, variables, written))
                .withSources(written.sources(file));
    }

    /**
     * A file's content.
     *
     * @throws ConfigException if it cannot be read or is too large
     */
    static byte[] bytes(Path file) {
        var problems = new Problems(file);
        if (Files.isDirectory(file)) {
            throw problems.failure(0, "", "is a directory, not a file");
        }
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw problems.failure(
                        0,
                        "",
                        "is larger than "
                                + Units.printBytes(MAX_BYTES)
                                + ", the most that is read");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw problems.failure(0, "", "there is no such file");
        } catch (AccessDeniedException e) {
            throw problems.failure(0, "", "may not be read by this user");
        } catch (IOException e) {
            throw problems.failure(0, "", "cannot be read: " + e.getMessage());
        }
    }

    static String text(byte[] bytes, Problems problems) {
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
            int line = 1 + (int) out.flip().chars().filter(c -> c == '\n').count();
            throw problems.failure(line, "", "holds bytes that are not UTF-8");
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
