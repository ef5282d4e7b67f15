package dev.vivace.config;

import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** YAML 1.2 as nodes that know their lines. Aliases are nodes that are met more than once. */
final class Yaml {
    static final int MAX_DEPTH = 32;
    static final int MAX_ALIASES = 100;

    private Yaml() {}

    /**
     * The text's root; empty if it has none.
     *
     * @throws ConfigException if the text is not one YAML document within the bounds
     */
    static Optional<Node> parse(String text, Problems problems) {
        requirePrintable(text, problems);
        // The library refuses both without naming a line; BoundedParser and Entry name it.
        LoadSettings settings =
                LoadSettings.builder()
                        .setMaxAliasesForCollections(Integer.MAX_VALUE)
                        .setAllowNonScalarKeys(true)
                        .build();
        var reader = new StreamReader(settings, text);
        try {
            return new Composer(settings, new BoundedParser(settings, reader))
                    .getSingleNode()
                    .filter(node -> !node.getTag().equals(Tag.NULL));
        } catch (MarkedYamlEngineException e) {
            throw problems.failure(line(e.getProblemMark()), "", describe(e));
        } catch (RuntimeException e) { // "\UFFFFFFFF" is a NumberFormatException, for one
            String message = Shown.sentence(String.valueOf(e.getMessage()));
            throw problems.failure(reader.getLine() + 1, "", "not valid YAML: " + message);
        }
    }

    /** From 1. */
    static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(-1) + 1;
    }

    private static String describe(MarkedYamlEngineException e) {
        String problem = Objects.requireNonNullElse(e.getProblem(), "it cannot be read");
        String context = Objects.requireNonNullElse(e.getContext(), "");
        int from = line(e.getContextMark());
        return "not valid YAML: "
                + Shown.sentence(problem)
                + (context.isEmpty()
                        ? ""
                        : " ("
                                + Shown.sentence(context)
                                + (from == 0 ? "" : " from line " + from)
                                + ")");
    }

    /** The reader would complain as well, but without a line. */
    private static void requirePrintable(String text, Problems problems) {
        int line = 1;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!StreamReader.isPrintable(c)) {
                throw problems.failure(
                        line, "", "the character U+%04X is not allowed in YAML".formatted(c));
            }
            line += c == '\n' ? 1 : 0;
            i += Character.charCount(c);
        }
    }

    /** The composer recurses once per level, so that a few kilobytes of [ would end its stack. */
    private static final class BoundedParser extends ParserImpl {
        private int depth;
        private int aliases;

        BoundedParser(LoadSettings settings, StreamReader reader) {
            super(settings, reader);
        }

        @Override
        public Event next() {
            Event event = super.next();
            switch (event.getEventId()) {
                case MappingStart, SequenceStart ->
                        bound(++depth, MAX_DEPTH, "levels of nesting", event);
                case MappingEnd, SequenceEnd -> depth--;
                case Alias -> bound(++aliases, MAX_ALIASES, "aliases", event);
                default -> {}
            }
            return event;
        }

        private static void bound(int count, int most, String what, Event event) {
            if (count > most) {
                throw new ParserException(
                        "more than " + most + " " + what + " are not accepted",
                        event.getStartMark());
            }
        }
    }
}
