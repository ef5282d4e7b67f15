package dev.vivace.answer;

/** The protocol that an answer is written in. */
public enum Protocol {
    /** OpenAI chat completions. */
    CHAT(new ChatForm()),
    /** OpenAI responses. */
    RESPONSES(new ResponsesForm()),
    /** Anthropic messages. */
    MESSAGES(new MessagesForm());

    private final AnswerForm form;

    Protocol(AnswerForm form) {
        this.form = form;
    }

    /** What the bytes of an answer in this protocol mean. */
    public AnswerForm form() {
        return form;
    }
}
