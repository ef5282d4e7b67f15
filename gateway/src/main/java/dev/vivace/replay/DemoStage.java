package dev.vivace.replay;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the demo's agents talk to: a simulated model, and a gateway in front of another one that is
 * the same but for its prefix cache, which has not seen what the first has.
 */
final class DemoStage implements AutoCloseable {
    private final Simulator direct;
    private final Simulator upstream;
    private final Gateway gateway;

    private DemoStage(Simulator direct, Simulator upstream, Gateway gateway) {
        this.direct = direct;
        this.upstream = upstream;
        this.gateway = gateway;
    }

    /**
     * @param port of the gateway; 0 picks a free one
     * @param timeScale factor on the models' times
     * @param script what the models answer; read before this returns
     */
    static DemoStage start(int port, double timeScale, Path script) {
        var options =
                SimulatorOptions.defaults().withScripts(List.of(script)).withTimeScale(timeScale);
        var direct = Simulator.start(options);
        var upstream = Simulator.start(options);
        try {
            var config =
                    Config.proxyTo(api(upstream.address()), Optional.empty())
                            .withServer(new Config.Server("127.0.0.1", port));
            return new DemoStage(direct, upstream, Gateway.start(config));
        } catch (RuntimeException e) {
            direct.close();
            upstream.close();
            throw e;
        }
    }

    URI direct() {
        return api(direct.address());
    }

    URI upstream() {
        return api(upstream.address());
    }

    URI gateway() {
        return api(gateway.address());
    }

    URI dashboard() {
        return gateway.address();
    }

    private static URI api(URI root) {
        return root.resolve("/v1");
    }

    @Override
    public void close() {
        gateway.close();
        upstream.close();
        direct.close();
    }
}
