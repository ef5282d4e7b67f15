package dev.vivace.mcp;

import java.io.IOException;

/**
 * A server was not even asked, because it is not running, or its session was ended by hand: which
 * says nothing about its tools.
 */
final class DownException extends IOException {
    private static final long serialVersionUID = 1;

    DownException(String message) {
        super(message);
    }
}
