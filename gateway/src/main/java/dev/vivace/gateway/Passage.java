package dev.vivace.gateway;

import dev.vivace.answer.Failure;

/** What comes of asking an upstream to let an attempt in. */
sealed interface Passage permits Place, Entering, Passage.Refused {
    /** It does not, and nothing was taken. */
    record Refused(Failure why) implements Passage {}
}
