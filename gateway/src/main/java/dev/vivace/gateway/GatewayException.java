package dev.vivace.gateway;

/** Why a gateway cannot start: one line for a person. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GatewayException(String message) {
        super(message);
    }
}
