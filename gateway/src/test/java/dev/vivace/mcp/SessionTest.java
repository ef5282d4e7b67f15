package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionTest {
    private final Session session = new Session("id", "me", "v", "c");

    /** A client's stream, which takes something only when it is told to. */
    private static final class Slow implements McpReply {
        private final List<String> told = new ArrayList<>();
        private final List<Runnable> waiting = new ArrayList<>();
        private boolean room;

        @Override
        public boolean streams() {
            return true;
        }

        @Override
        public void answer(int status, byte[] json, Optional<String> id) {
            told.add("answer");
        }

        @Override
        public void empty(int status) {
            told.add("end");
        }

        @Override
        public void open() {
            told.add("open");
        }

        @Override
        public void event(byte[] json) {
            told.add(
                    new String(json, StandardCharsets.UTF_8)
                            .replaceAll(".*notifications/(.*)/list_changed.*", "$1"));
        }

        @Override
        public boolean full() {
            return !room;
        }

        @Override
        public void whenRoom(Runnable action) {
            if (room) {
                action.run();
            } else {
                waiting.add(action);
            }
        }

        @Override
        public void onEnd(Runnable action) {}

        void read() {
            room = true;
            waiting.forEach(Runnable::run);
            waiting.clear();
        }
    }

    @Test
    void whatHasChangedIsToldOnceAndNeverForgotten() {
        var first = new Slow();
        session.hear(first);
        session.changed(Kind.TOOLS);
        session.changed(Kind.TOOLS);
        session.changed(Kind.PROMPTS);
        assertEquals(List.of("open"), first.told);
        first.read();
        assertEquals(List.of("open", "tools", "prompts"), first.told);
        session.changed(Kind.TOOLS);
        assertEquals(List.of("open", "tools", "prompts", "tools"), first.told);
    }

    @Test
    void whatAStreamHasNotTakenTheNextOneIsTold() {
        session.hear(new Slow());
        session.changed(Kind.PROMPTS);
        var next = new Slow();
        next.read();
        session.hear(next);
        assertEquals(List.of("open", "prompts"), next.told);
    }

    @Test
    void aSessionThatHasEndedHasNoStream() {
        session.close();
        var late = new Slow();
        session.hear(late);
        assertEquals(List.of("open", "end"), late.told);
    }
}
