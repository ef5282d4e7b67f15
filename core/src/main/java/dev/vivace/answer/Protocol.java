package dev.vivace.answer;

import java.util.Locale;

/** The protocol that an answer is written in. */
public enum Protocol {
    /** OpenAI chat completions. */
    CHAT(new ChatForm()),
    /** OpenAI responses. */
    RESPONSES(new ResponsesForm()),
    /** Anthropic messages. */
    MESSAGES(new MessagesForm());

    private final AnswerForm form;
    private final String door = name().toLowerCase(Locale.ROOT);

    Protocol(AnswerForm form) {
        this.form = form;
    }

    /** The word for its door in the ledger, metrics and logs. */
    public String door() {
        return door;
    }

    /** What the bytes of an answer in this protocol mean. */
    public AnswerForm form() {
        return form;
    }
}
