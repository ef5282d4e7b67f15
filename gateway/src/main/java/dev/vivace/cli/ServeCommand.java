package dev.vivace.cli;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.gateway.Gateway;
import dev.vivace.gateway.GatewayException;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vivace serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs the gateway until Ctrl-C.",
        footer = {
            "",
            "With neither --upstream nor upstreams in the file, requests go to api.openai.com if OPENAI_API_KEY is set,",
            "and else to an embedded simulator.",
            "",
            "Example: vivace serve --upstream http://127.0.0.1:8000/v1"
        })
final class ServeCommand implements Callable<Integer> {
    private static final URI OPENAI = URI.create("https://api.openai.com/v1");

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration, YAML; see docs/configuration.md.")
    private @Nullable Path config;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Address to listen on (default 127.0.0.1).")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port to listen on; 0 picks a free one (default 8080).")
    private @Nullable Integer port;

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            description = "Where requests go; ends in /v1.")
    private @Nullable URI upstream;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where what survives a restart is kept (default: nothing).")
    private @Nullable Path data;

    @Override
    public Integer call() throws Exception {
        Optional<Simulator> simulator = Optional.empty();
        try {
            Config wanted = checked();
            requireLoopback(wanted.server().host());
            String to;
            if (wanted.upstreams().isEmpty()) {
                Simulator own = Simulator.start(SimulatorOptions.defaults());
                simulator = Optional.of(own);
                wanted = withUpstream(wanted, URI.create(own.address() + "/v1"), Optional.empty());
                to = "the embedded simulator (set OPENAI_API_KEY or --upstream for real answers)";
            } else {
                to =
                        String.join(
                                ", ",
                                wanted.upstreams().values().stream()
                                        .map(one -> one.url().toString())
                                        .toList());
            }
            Gateway gateway = Gateway.start(wanted);
            runUntilStopped(gateway, simulator, "Vivace on " + gateway.address() + " -> " + to);
            return 0;
        } catch (ConfigException e) {
            simulator.ifPresent(Simulator::close);
            throw new ParameterException(commandLine(), String.valueOf(e.getMessage()));
        } catch (GatewayException e) {
            simulator.ifPresent(Simulator::close);
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private Config checked() {
        try {
            return wanted();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Config wanted() {
        Config base =
                config == null
                        ? Config.proxyTo(OPENAI, Optional.empty())
                                .withUpstreams(new LinkedHashMap<>())
                        : ConfigFile.load(config, name -> Optional.ofNullable(System.getenv(name)));
        Config.Server server =
                new Config.Server(
                        host == null ? base.server().host() : host,
                        port == null ? base.server().port() : port);
        Config result =
                base.withServer(server).withData(data == null ? base.data() : Optional.of(data));
        String key = System.getenv("OPENAI_API_KEY");
        if (upstream != null) {
            return withUpstream(result, upstream, Optional.empty());
        }
        if (result.upstreams().isEmpty() && key != null && !key.isBlank()) {
            return withUpstream(result, OPENAI, Optional.of(key.strip()));
        }
        return result;
    }

    private Config withUpstream(Config base, URI url, Optional<String> key) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        try {
            upstreams.put("default", new Config.Upstream(url, Config.Protocol.OPENAI, key));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), "--upstream: " + e.getMessage());
        }
        return base.withUpstreams(upstreams);
    }

    private void requireLoopback(String address) {
        try {
            if (InetAddress.getByName(address).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new ParameterException(commandLine(), "--host " + address + ": no such host");
        }
        throw new ParameterException(
                commandLine(),
                "Beyond loopback every client needs a key, and this version has no client keys yet: listen on 127.0.0.1,"
                        + " not on "
                        + address
                        + ".");
    }

    private CommandLine commandLine() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return known.commandLine();
    }

    /** SIGTERM and Ctrl-C end it with exit code 0, after what is due was written. */
    private static void runUntilStopped(
            Gateway gateway, Optional<Simulator> simulator, String ready)
            throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    gateway.close();
                                    simulator.ifPresent(Simulator::close);
                                    System.out.flush();
                                    Runtime.getRuntime().halt(0);
                                },
                                "vivace-shutdown"));
        System.out.println(ready);
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
