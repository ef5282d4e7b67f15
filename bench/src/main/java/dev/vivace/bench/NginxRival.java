package dev.vivace.bench;

import java.util.Optional;

/**
 * The floor: a plain proxy that reads nothing, keeps its connections and does not hold a stream
 * back.
 */
final class NginxRival implements Rival {
    static final String NAME = "nginx";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> absence(Workspace workspace) {
        return workspace.find("nginx").isPresent()
                ? Optional.empty()
                : Optional.of("nginx is not installed");
    }

    @Override
    public Contender start(Workspace workspace, int upstream) {
        int port = Nginx.freePort();
        var http =
                """
                upstream mock { server 127.0.0.1:%d; keepalive 2048; keepalive_requests 1000000000; }
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    location / {
                      proxy_pass http://mock;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                    }
                  }
                """
                        .formatted(upstream, port);
        long started = System.nanoTime();
        var child =
                Nginx.start(workspace, workspace.find("nginx").orElseThrow(), NAME + port, http);
        return Contender.on(port, NAME, started, child);
    }
}
