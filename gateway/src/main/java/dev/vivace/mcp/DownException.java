package dev.vivace.mcp;

import java.io.IOException;

/** A server was not even asked, because it is not running; the message says so in a sentence. */
final class DownException extends IOException {
    private static final long serialVersionUID = 1;

    DownException(String message) {
        super(message);
    }
}
