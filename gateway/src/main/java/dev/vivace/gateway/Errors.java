package dev.vivace.gateway;

import dev.vivace.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Error bodies in the protocol of a door. */
enum Errors {
    OPENAI {
        @Override
        byte[] body(int status, String message, String code) {
            String type =
                    status >= 500
                            ? "api_error"
                            : status == 429 ? "rate_limit_error" : "invalid_request_error";
            String named = status == 401 ? "invalid_api_key" : code;
            String quoted = named.isEmpty() ? "null" : "\"" + named + "\"";
            return object(
                    "{\"error\":{\"message\":",
                    message,
                    ",\"type\":\"" + type + "\",\"param\":null,\"code\":" + quoted + "}}");
        }

        @Override
        byte[] event(int status, String message) {
            return lines("", body(status, message));
        }
    },
    RESPONSES {
        @Override
        byte[] body(int status, String message, String code) {
            return OPENAI.body(status, message, code);
        }

        /** By its type for those who go by types, and with the member that the clients look for. */
        @Override
        byte[] event(int status, String message) {
            String body = new String(body(status, message), StandardCharsets.UTF_8);
            byte[] data =
                    object(
                            "{\"type\":\"error\",\"code\":null,\"message\":",
                            message,
                            ",\"param\":null," + body.substring(1));
            return lines("event: error\n", data);
        }
    },
    ANTHROPIC {
        @Override
        byte[] body(int status, String message, String code) {
            String type =
                    switch (status) {
                        case 401 -> "authentication_error";
                        case 403 -> "permission_error";
                        case 404 -> "not_found_error";
                        case 413 -> "request_too_large";
                        case 429 -> "rate_limit_error";
                        default -> status >= 500 ? "api_error" : "invalid_request_error";
                    };
            return object(
                    "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":",
                    message,
                    "}}");
        }

        @Override
        byte[] event(int status, String message) {
            return lines("event: error\n", body(status, message));
        }
    },
    /** JSON-RPC, where no request is answered. */
    MCP {
        private static final int REFUSED = -32_000;

        @Override
        byte[] body(int status, String message, String code) {
            return object(
                    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":"
                            + REFUSED
                            + ",\"message\":",
                    message,
                    "}}");
        }

        @Override
        byte[] event(int status, String message) {
            return lines("event: message\n", body(status, message));
        }
    };

    /** The protocol of the door at a path; that of most doors where there is none. */
    static Errors at(@Nullable String path) {
        if (path == null) {
            return OPENAI;
        }
        if (McpDoor.isAt(path)) {
            return MCP;
        }
        return path.equals(MESSAGES) || path.startsWith(MESSAGES + "/")
                ? ANTHROPIC
                : path.equals(RESPONSES_PATH) ? RESPONSES : OPENAI;
    }

    private static final String MESSAGES = "/v1/messages";
    private static final String RESPONSES_PATH = "/v1/responses";

    /** The body of an error answer. */
    byte[] body(int status, String message) {
        return body(status, message, "");
    }

    /**
     * The body of an error answer.
     *
     * @param code for programs, in lower case; empty if there is none, and left out where the
     *     protocol has no place for it
     */
    abstract byte[] body(int status, String message, String code);

    /** An event that ends a stream which cannot go on. */
    abstract byte[] event(int status, String message);

    private static byte[] object(String before, String message, String after) {
        var out = new ByteArrayOutputStream(200 + message.length());
        out.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(JsonText.quote(message));
        out.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static byte[] lines(String name, byte[] data) {
        var out = new ByteArrayOutputStream(data.length + 40);
        out.writeBytes((name + "data: ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(data);
        out.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }
}
