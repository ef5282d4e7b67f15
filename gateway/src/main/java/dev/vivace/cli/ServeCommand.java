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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code vivace serve}. */
final class ServeCommand implements Command {
    private static final Duration CLOSING = Duration.ofSeconds(9);

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
            Optional<Path> file = given.find("config", Kind.PATH);
            Config written = written(file);
            var flags = new ServeFlags(given, variable("OPENAI_API_KEY"));
            Config wanted = flags.given(written);
            requireKeysBeyondLoopback(wanted);
            String to;
            if (wanted.upstreams().isEmpty()) {
                Simulator own = Simulator.start(SimulatorOptions.defaults());
                simulator = Optional.of(own);
                flags = flags.orElse(URI.create(own.address() + "/v1"));
                wanted = flags.apply(written);
                to = "the embedded simulator (set OPENAI_API_KEY or --upstream for real answers)";
            } else {
                to =
                        String.join(
                                ", ",
                                wanted.upstreams().values().stream()
                                        .map(one -> one.url().toString())
                                        .toList());
            }
            unused(wanted).ifPresent(console.err()::println);
            var stop = StopSignals.install();
            Gateway gateway = Gateway.start(wanted, adminKey());
            stop.serving();
            if (file.isPresent()) {
                gateway.watch(file.get(), flags, ServeCommand::variable);
            }
            console.out().println("Vivace on " + gateway.address() + " -> " + to);
            console.out().flush();
            boolean whole = runUntilStopped(stop, gateway, simulator, console);
            return whole ? 0 : StopSignals.INTERRUPTED;
        } catch (ConfigException | IllegalArgumentException e) {
            throw Report.wrong(e);
        } catch (GatewayException e) {
            simulator.ifPresent(Simulator::close);
            console.err().println(e.getMessage());
            return 1;
        }
    }

    /** Who has just made a key, and has not said where, thinks that it counts. */
    private static Optional<String> unused(Config wanted) {
        return Optional.of(KeysProgram.USUAL)
                .filter(usual ->
                        wanted.data().isEmpty() && Files.exists(usual.resolve("keys.json")))
                .map(usual ->
                        "There are client keys in ./%s, which is not in use: nobody needs one without --data %s."
                                .formatted(usual, usual));
    }

    private static Config written(Optional<Path> file) {
        return file.map(path -> ConfigFile.load(path, ServeCommand::variable))
                .orElseGet(() -> Config.builder().build());
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name));
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
        if (wanted.redis().isPresent()) {
            return; // which knows of more keys than there are here: the gateway asks it
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

    /**
     * Ends when what was in flight has ended and what is due was written; whether nothing was cut
     * off for a second signal.
     */
    private static boolean runUntilStopped(
            StopSignals stop, Gateway gateway, Optional<Simulator> simulator, Console console)
            throws InterruptedException {
        stop.await();
        boolean whole =
                gateway.drain(
                        gateway.config().server().notice(),
                        gateway.config().server().grace(),
                        stop::hurried,
                        line -> {
                            console.err().println(line);
                            console.err().flush();
                        });
        Thread.ofPlatform().daemon().name("vivace-stop").start(() -> hurry(console));
        gateway.close();
        simulator.ifPresent(Simulator::close);
        return whole;
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
