package dev.vivace.gateway;

import dev.vivace.key.Principal;
import java.util.function.Consumer;

/** Reads what operators send, which is small. One per event loop. */
record AdminBodies(BodyReader.Desk desk) {
    private static final long MAX_BODY = 64 << 10;

    /** Has the body used when it has come; refuses the exchange if it does not. */
    void read(Exchange exchange, Consumer<byte[]> use) {
        desk.read(
                exchange.request,
                Principal.NOBODY,
                MAX_BODY,
                new BodyReader.Wanting() {
                    @Override
                    public void body(byte[] body, Runnable release) {
                        release.run();
                        use.accept(body);
                    }

                    @Override
                    public void refused(int status, String message) {
                        exchange.refuse(
                                status,
                                status == 413
                                        ? "The request body is longer than %d bytes, the most that %s takes."
                                                .formatted(MAX_BODY, exchange.request.path())
                                        : message);
                    }
                });
    }
}
