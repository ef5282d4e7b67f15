package dev.vivace.admin;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to an operator's request.
 *
 * @param body to be sent as it is, and not to be changed
 * @param headers beside {@code content-type}, names in lower case
 */
public record Page(int status, String contentType, byte[] body, Map<String, String> headers) {
    public Page {
        headers = Map.copyOf(headers);
    }

    Page with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Page(status, contentType, body, more);
    }

    Page notModified() {
        return new Page(304, contentType, new byte[0], headers);
    }
}
