package dev.vivace.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What of another gateway's file was not understood or cannot be kept. Not thread-safe. */
final class LiteLlmNotes {
    /** Nobody reads more. */
    static final int MOST = 1_000;

    private final Path file;
    private final List<Note> all = new ArrayList<>();

    private record Note(int line, String text) {}

    LiteLlmNotes(Path file) {
        this.file = file;
    }

    /**
     * @param message without values that may be secret
     */
    void add(LiteLlmNode place, String message) {
        if (all.size() < MOST) {
            String where = file + ":" + place.line() + ": " + Shown.sentence(place.path());
            all.add(new Note(place.line(), where + ": " + message));
        }
    }

    /** One for each key that nobody knows what to do with. */
    void addOthers(LiteLlmNode section, Iterable<String> known) {
        var others = section.children();
        known.forEach(others::remove);
        others.values().forEach(other -> add(other, "is not kept"));
    }

    /** In the order of the file. */
    List<String> all() {
        return all.stream().sorted(Comparator.comparingInt(Note::line)).map(Note::text).toList();
    }
}
