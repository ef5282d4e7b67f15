package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.gateway.Gateway;
import dev.vivace.gateway.GatewayException;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyFileException;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;

/** {@code vivace serve}. */
final class ServeCommand implements Command {
    private static final Duration CLOSING = Duration.ofSeconds(9);
    private static final URI OPENAI = URI.create("https://api.openai.com/v1");

    @Override
    public Usage usage() {
        return new Usage("serve", "Runs the gateway until Ctrl-C or SIGTERM.")
                .option("config", "FILE", "Configuration, YAML; see docs/configuration.md.")
                .option("host", "HOST", "Address to listen on (default 127.0.0.1).")
                .option("port", "PORT", "Port to listen on; 0 picks a free one (default 8080).")
                .option("upstream", "URL", "Where requests go; ends in /v1.")
                .option(
                        "data",
                        "DIR",
                        "Where what survives a restart is kept (default: nothing does).")
                .footer(
                        "With neither --upstream nor upstreams in the file, requests go to api.openai.com if",
                        "OPENAI_API_KEY is set, and else to an embedded simulator.",
                        "",
                        "Example: vivace serve --upstream http://127.0.0.1:8000/v1");
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        Optional<Simulator> simulator = Optional.empty();
        try {
            Config wanted = wanted(given);
            requireKeysBeyondLoopback(wanted);
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
            var stop = StopSignals.install();
            Gateway gateway = Gateway.start(wanted, adminKey());
            console.out().println("Vivace on " + gateway.address() + " -> " + to);
            console.out().flush();
            runUntilStopped(stop, wanted.server().grace(), gateway, simulator, console);
            return 0;
        } catch (ConfigException e) {
            throw Report.wrong(e);
        } catch (GatewayException e) {
            simulator.ifPresent(Simulator::close);
            console.err().println(e.getMessage());
            return 1;
        }
    }

    private static Config wanted(Arguments given) {
        try {
            Config base =
                    given.find("config", Kind.PATH)
                            .map(file ->
                                    ConfigFile.load(
                                            file, name -> Optional.ofNullable(System.getenv(name))))
                            .orElseGet(() ->
                                    Config.proxyTo(OPENAI, Optional.empty())
                                            .withUpstreams(new LinkedHashMap<>()));
            Config.Server server =
                    base.server()
                            .at(
                                    given.find("host", Kind.TEXT).orElse(base.server().host()),
                                    given.find("port", Kind.WHOLE).orElse(base.server().port()));
            Config result =
                    base.withServer(server).withData(given.find("data", Kind.PATH).or(base::data));
            Optional<URI> upstream = given.find("upstream", Kind.URL);
            if (upstream.isPresent()) {
                return withUpstream(result, upstream.get(), Optional.empty());
            }
            String key = System.getenv("OPENAI_API_KEY");
            if (result.upstreams().isEmpty() && key != null && !key.isBlank()) {
                return withUpstream(result, OPENAI, Optional.of(key.strip()));
            }
            return result;
        } catch (IllegalArgumentException e) {
            throw Report.wrong(e);
        }
    }

    private static Config withUpstream(Config base, URI url, Optional<String> key) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        try {
            upstreams.put("default", new Config.Upstream(url, Config.Protocol.OPENAI, key));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--upstream: " + e.getMessage());
        }
        return base.withUpstreams(upstreams);
    }

    private static Optional<String> adminKey() {
        return Optional.ofNullable(System.getenv("VIVACE_ADMIN_KEY"))
                .map(String::strip)
                .filter(key -> !key.isEmpty());
    }

    private static void requireKeysBeyondLoopback(Config wanted) {
        String address = wanted.server().host();
        try {
            if (InetAddress.getByName(address).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new UsageException("--host " + address + ": no such host");
        }
        if (wanted.data().isEmpty()) {
            throw new UsageException(
                    address
                            + " is not loopback, where every client needs a key, and keys need a data directory: give one"
                            + " with --data, and make a key in it with 'vivace keys create', or listen on 127.0.0.1.");
        }
        Path data = wanted.data().get();
        try (ClientKeys keys = ClientKeys.of(data)) {
            if (!keys.anyValid()) {
                throw new UsageException(
                        address
                                + " is not loopback, where every client needs a key, and there is none in "
                                + data
                                + ": make one with 'vivace keys create --tenant NAME --data "
                                + data
                                + "', or listen on 127.0.0.1.");
            }
        } catch (KeyFileException e) {
            throw new GatewayException(String.valueOf(e.getMessage()));
        }
    }

    /** Ends when what was in flight has ended and what is due was written. */
    private static void runUntilStopped(
            StopSignals stop,
            Duration grace,
            Gateway gateway,
            Optional<Simulator> simulator,
            Console console)
            throws InterruptedException {
        stop.await();
        gateway.drain(
                grace,
                line -> {
                    console.err().println(line);
                    console.err().flush();
                });
        Thread.ofPlatform().daemon().name("vivace-stop").start(() -> hurry(console));
        gateway.close();
        simulator.ifPresent(Simulator::close);
    }

    /** A disk that hangs must not keep the process from ending. */
    private static void hurry(Console console) {
        try {
            Thread.sleep(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        console.err()
                .println("What is kept could not be written within " + CLOSING.toSeconds() + " s.");
        console.err().flush();
        Runtime.getRuntime().halt(1);
    }
}
