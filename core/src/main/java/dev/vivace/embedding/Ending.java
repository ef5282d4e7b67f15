package dev.vivace.embedding;

import dev.vivace.answer.Head;

/** How an upstream call ended. */
sealed interface Ending {
    /** With vectors. */
    record Answered(Head head, byte[] body, VectorAnswer vectors) implements Ending {}

    /** With something else that the upstream said. */
    record Said(Head head, byte[] body) implements Ending {
        /** Whether another input might fare better. */
        boolean blamesInput() {
            return head.status() == 400 || head.status() == 413 || head.status() == 422;
        }
    }

    /**
     * Without an answer that is of use.
     *
     * @param status what callers get
     * @param bought whether the upstream had said yes, and so will want to be paid
     */
    record Broke(int status, String message, boolean bought) implements Ending {
        static final Broke UNEXPECTEDLY = new Broke(Unexpected.STATUS, Unexpected.MESSAGE, false);
    }
}
