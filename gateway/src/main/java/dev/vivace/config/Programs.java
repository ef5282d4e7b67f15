package dev.vivace.config;

import java.io.File;
import java.util.Objects;
import java.util.regex.Pattern;

/** What could be started on this machine. */
final class Programs {
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    /** Where the JDK looks if it is not told. */
    private static final String USUAL = ":/bin:/usr/bin";

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
        String path = Objects.requireNonNullElse(System.getenv("PATH"), USUAL);
        return SEPARATOR
                .splitAsStream(path)
                .map(folder -> folder.isEmpty() ? "." : folder)
                .anyMatch(folder -> executable(new File(folder, command)));
    }

    private static boolean executable(File file) {
        return file.isFile() && file.canExecute();
    }
}
