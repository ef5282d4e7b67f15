package dev.vivace.simulator;

import java.time.Duration;

/** A refusal, to be written in the protocol of the door that it happened at. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final String param;
    private final String code;
    private final Duration retryAfter;

    private ApiError(
            int status, String type, String param, String code, Duration retryAfter, String text) {
        super(text, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    private ApiError(int status, String type, String param, String code, String text) {
        this(status, type, param, code, Duration.ZERO, text);
    }

    static ApiError invalid(String param, String message) {
        return new ApiError(400, "invalid_request_error", param, "", message);
    }

    static ApiError notFound(String message) {
        return new ApiError(404, "invalid_request_error", "", "unknown_url", message);
    }

    static ApiError methodNotAllowed(String message) {
        return new ApiError(405, "invalid_request_error", "", "method_not_allowed", message);
    }

    static ApiError tooLarge(String message) {
        return new ApiError(413, "invalid_request_error", "", "request_too_large", message);
    }

    static ApiError limited(String type, Duration retryAfter, String message) {
        return new ApiError(429, type, "", "rate_limit_exceeded", retryAfter, message);
    }

    static ApiError server(int status, String message) {
        return new ApiError(status, "server_error", "", "", message);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    /** Which field is wrong; empty if none is. */
    String param() {
        return param;
    }

    /** The provider's word for it; empty if it has none. */
    String code() {
        return code;
    }

    /** When to come again; zero if that is not known. */
    Duration retryAfter() {
        return retryAfter;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
