package dev.vivace.cli;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * A short working day, so that the ahead-of-time cache knows which classes and methods matter.
 * Plain sockets: what a client library needs has no place in that cache.
 */
@Command(name = "train", hidden = true, mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    private static final int CALLS = 80;

    @Override
    public Integer call() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
                Gateway gateway =
                        Gateway.start(
                                Config.proxyTo(
                                                URI.create(simulator.address() + "/v1"),
                                                Optional.empty())
                                        .withServer(new Config.Server("127.0.0.1", 0)))) {
            for (int i = 0; i < CALLS; i++) {
                String text =
                        "\"messages\":[{\"role\":\"user\",\"content\":\"call " + i / 3 + "\"}]}";
                chat(gateway, "{\"model\":\"gpt-4o-mini\"," + text);
                chat(gateway, "{\"model\":\"gpt-4o-mini\",\"temperature\":0," + text);
                chat(gateway, "{\"model\":\"gpt-4o-mini\",\"seed\":1,\"stream\":true," + text);
                send(
                        gateway,
                        "POST /v1/embeddings",
                        "{\"model\":\"text-embedding-3-small\",\"input\":[\"text "
                                + i / 3
                                + "\"]}");
            }
            for (String path :
                    new String[] {"/metrics", "/", "/admin/stats", "/admin/cache", "/healthz"}) {
                send(gateway, "GET " + path, "");
            }
        }
        return 0;
    }

    private static void chat(Gateway gateway, String body) throws IOException {
        send(gateway, "POST /v1/chat/completions", body);
    }

    private static void send(Gateway gateway, String line, String body) throws IOException {
        String head =
                line
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n";
        try (var socket = new Socket("127.0.0.1", gateway.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }
}
