package dev.vivace.config;

import java.io.File;
import java.util.Objects;
import java.util.regex.Pattern;

/** What could be started on this machine. */
final class Programs {
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    private Programs() {}

    /**
     * Whether there is such a program; where that is not known, yes.
     *
     * @param command a path, or a name to be looked for as the system does
     */
    static boolean isThere(String command) {
        if (File.separatorChar != '/') {
            return true; // names have endings there that nobody writes
        }
        if (command.indexOf('/') >= 0) {
            return executable(new File(command));
        }
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return SEPARATOR
                .splitAsStream(path)
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> executable(new File(folder, command)));
    }

    private static boolean executable(File file) {
        return file.isFile() && file.canExecute();
    }
}
