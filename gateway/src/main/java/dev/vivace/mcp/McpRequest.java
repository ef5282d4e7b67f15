package dev.vivace.mcp;

import dev.vivace.line.Call;
import java.util.Optional;

/**
 * What the door knows of a request.
 *
 * @param call who asks, for the ledger
 * @param session the session that it says it is of
 * @param version of the protocol that it says it speaks
 */
public record McpRequest(Call call, Optional<String> session, Optional<String> version) {
    /** Whose sessions and results these are. */
    String owner() {
        return call.principal().sharing();
    }
}
