package dev.vivace.cli;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** A short working day, so that the ahead-of-time cache knows which classes and methods matter. */
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
                                        .withServer(new Config.Server("127.0.0.1", 0)));
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < CALLS; i++) {
                String text =
                        "\"messages\":[{\"role\":\"user\",\"content\":\"call " + i / 3 + "\"}]}";
                post(client, gateway, "/v1/chat/completions", "{\"model\":\"gpt-4o-mini\"," + text);
                post(
                        client,
                        gateway,
                        "/v1/chat/completions",
                        "{\"model\":\"gpt-4o-mini\",\"temperature\":0," + text);
                post(
                        client,
                        gateway,
                        "/v1/chat/completions",
                        "{\"model\":\"gpt-4o-mini\",\"seed\":1,\"stream\":true," + text);
                post(
                        client,
                        gateway,
                        "/v1/embeddings",
                        "{\"model\":\"text-embedding-3-small\",\"input\":[\"text "
                                + i / 3
                                + "\"]}");
            }
            for (String path :
                    new String[] {"/metrics", "/", "/admin/stats", "/admin/cache", "/healthz"}) {
                client.send(
                        HttpRequest.newBuilder(gateway.address().resolve(path)).build(),
                        BodyHandlers.discarding());
            }
        }
        return 0;
    }

    private static void post(HttpClient client, Gateway gateway, String path, String body)
            throws Exception {
        client.send(
                HttpRequest.newBuilder(gateway.address().resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.discarding());
    }
}
