package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of what is asked when a session ends; the rest is tested with real servers. */
class PeerTest {
    private final List<JSONRPCMessage> sent = new ArrayList<>();
    private final Peer peer =
            new Peer(
                    "odd",
                    new Link() {
                        @Override
                        public void open(Listener listener) {}

                        @Override
                        public void send(JSONRPCMessage message) {
                            sent.add(message);
                        }

                        @Override
                        public void close() {}
                    },
                    new Peer.Ears() {
                        @Override
                        public void notified(JSONRPCNotification notification) {}

                        @Override
                        public void broken(String why) {}
                    });

    private void ask() throws Exception {
        var unused = peer.ask("tools/call", Rpc.object(), Duration.ofSeconds(30), Optional.empty());
    }

    /** It could be done there, and be told as failed. */
    @Test
    void afterItsEndNothingIsSent() {
        peer.end("somebody wants it");
        assertEquals(
                "somebody wants it", assertThrows(DownException.class, this::ask).getMessage());
        assertEquals(List.of(), sent);
    }

    @Test
    void whatBrokeIsNoWish() {
        peer.broken("its process ended");
        var why = assertThrows(IOException.class, this::ask);
        assertEquals(IOException.class, why.getClass());
        peer.close();
        assertEquals("its process ended", assertThrows(IOException.class, this::ask).getMessage());
    }
}
