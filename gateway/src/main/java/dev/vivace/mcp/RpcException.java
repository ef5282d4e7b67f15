package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;

/** An error in the protocol's own words, of ours or of a server behind us. */
final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient JSONRPCError error;

    RpcException(int code, String message) {
        this(new JSONRPCError(code, message));
    }

    RpcException(JSONRPCError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    static RpcException wrong(String message) {
        return new RpcException(McpSchema.ErrorCodes.INVALID_PARAMS, message);
    }

    /** Whether it is about what was asked, and so would not be there had that been asked well. */
    boolean isOfTheRequest() {
        return error.code() == McpSchema.ErrorCodes.INVALID_PARAMS
                || error.code() == McpSchema.ErrorCodes.INVALID_REQUEST;
    }

    JSONRPCError error() {
        return error;
    }

    JSONRPCResponse answering(Object id) {
        return JSONRPCResponse.error(id, error);
    }
}
