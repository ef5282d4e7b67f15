package dev.vivace.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The pages in which a running gateway tells about itself. */
final class GatewayPages implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();
    private final URI root;
    private final @Nullable String adminKey;

    private GatewayPages(URI root, @Nullable String adminKey) {
        this.root = root;
        this.adminKey = adminKey;
    }

    /**
     * @throws IOException if the text is no address
     */
    static GatewayPages at(String url, @Nullable String adminKey) throws IOException {
        try {
            var uri = new URI(url.strip());
            var scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return new GatewayPages(
                        new URI(scheme, null, uri.getHost(), uri.getPort(), null, null, null),
                        adminKey);
            }
        } catch (URISyntaxException e) {
            // Answered below like every other address that cannot be used.
        }
        throw new IOException("not an address like http://127.0.0.1:8080: " + url.strip());
    }

    URI root() {
        return root;
    }

    /** Whether it takes calls, and what it says is wrong. */
    Health health() throws IOException, InterruptedException {
        var response = get("/readyz");
        var problems = new ArrayList<String>();
        try {
            for (var check :
                    JsonMapper.shared().readTree(response.body()).path("checks").properties()) {
                var said = check.getValue().asString("");
                if (!said.equals("ok")) {
                    problems.add(check.getKey() + ": " + said);
                }
            }
        } catch (JacksonException e) {
            // It does not say why: its status still counts.
        }
        return new Health(response.statusCode() == 200, List.copyOf(problems));
    }

    /**
     * @param ready whether it takes calls
     * @param problems each check that is not well, with what it says; also of one that is ready
     */
    record Health(boolean ready, List<String> problems) {}

    /**
     * @throws IOException if there is no such page or no access to it
     */
    JsonNode read(String path) throws IOException, InterruptedException {
        var response = get(path);
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            throw new IOException(
                    root
                            + " wants an admin key: set VIVACE_ADMIN_KEY to the one it was started"
                            + " with");
        }
        try {
            var page = JsonMapper.shared().readTree(response.body());
            if (response.statusCode() == 200 && page.isObject()) {
                return page;
            }
        } catch (JacksonException e) {
            // Whatever it is, it is none of ours.
        }
        throw new IOException(
                root
                        + " answers, but "
                        + path
                        + " gives "
                        + response.statusCode()
                        + ": is it a Vivace gateway?");
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(root.resolve(path)).timeout(PATIENCE);
        if (adminKey != null && !adminKey.isBlank()) {
            request.header("authorization", "Bearer " + adminKey.strip());
        }
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new IOException(
                    "cannot reach " + root + ": is the gateway running, and is the address right?",
                    e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
