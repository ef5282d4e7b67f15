package dev.vivace.tool;

/**
 * A tool cannot be asked at present, or whoever looks after it has ended the call: that says
 * nothing about how the tool does, so that it neither rests nor is called again for that.
 */
public final class ToolUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param message what a model may read
     */
    public ToolUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
