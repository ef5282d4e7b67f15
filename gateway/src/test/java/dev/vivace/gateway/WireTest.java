package dev.vivace.gateway;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway before an upstream that each test scripts; nothing may be in flight when it ends. */
abstract class WireTest {
    Upstream upstream;
    Gateway gateway;

    /** What the upstream does until a test says otherwise. */
    void answer(Upstream.Call call, Upstream.Reply reply) throws Exception {
        Chat.reply(call, reply);
    }

    Gateway gateway(Upstream behind) {
        return Gateways.to(behind.url());
    }

    @BeforeEach
    void startGateway() throws Exception {
        upstream = Upstream.start(this::answer);
        gateway = gateway(upstream);
    }

    @AfterEach
    void stopGateway() throws Exception {
        try {
            Gateways.awaitIdle(gateway);
        } finally {
            gateway.close();
            upstream.close();
        }
    }
}
