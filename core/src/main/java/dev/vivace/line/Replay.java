package dev.vivace.line;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.Protocol;
import dev.vivace.cache.CachedAnswer;
import java.util.Optional;

/** A stored answer in the form that a caller asked for. */
final class Replay {
    static final String OBJECT = "application/json";
    static final String STREAM = "text/event-stream";

    /**
     * @param converted the answer with this form added, if it had to be made
     */
    record Form(String contentType, byte[] body, Optional<CachedAnswer> converted) {}

    private Replay() {}

    static Form of(CachedAnswer answer, Protocol protocol, boolean stream, boolean wantsUsage) {
        AnswerForm form = protocol.form();
        if (!stream) {
            if (answer.object().isPresent()) {
                return new Form(OBJECT, answer.object().get(), Optional.empty());
            }
            byte[] object = form.toObject(answer.stream().orElseThrow());
            return new Form(
                    OBJECT, object, Optional.of(answer.with(Optional.of(object), answer.stream())));
        }
        if (answer.stream().isPresent()) {
            return new Form(
                    STREAM, form.stream(answer.stream().get(), wantsUsage), Optional.empty());
        }
        byte[] events = form.toStream(answer.object().orElseThrow(), true);
        return new Form(
                STREAM,
                form.stream(events, wantsUsage),
                Optional.of(answer.with(answer.object(), Optional.of(events))));
    }
}
