package dev.vivace.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.function.Consumer;

/** All entries that are on disk, however many. */
public final class LedgerHistory {
    private LedgerHistory() {}

    /**
     * Reads the files of these days, oldest first. A line that is no entry, such as one torn by a
     * crash, is passed over.
     *
     * @param directory of the ledger's files; nothing is read if it is missing
     * @param since the first day (UTC) on which entries were written that are read
     */
    public static void read(Path directory, LocalDate since, Consumer<LedgerEntry> each)
            throws IOException {
        for (Path file : LedgerFiles.of(directory)) {
            if (file.getFileName().toString().compareTo(since.toString()) < 0) {
                continue;
            }
            try (var lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    LedgerJson.read(line.getBytes(StandardCharsets.UTF_8)).ifPresent(each);
                }
            }
        }
    }
}
