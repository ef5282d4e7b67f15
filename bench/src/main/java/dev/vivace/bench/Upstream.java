package dev.vivace.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The process that stands in for the provider. */
final class Upstream implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);

    private final Child child;
    private final int port;

    private Upstream(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    /** Answers plain calls: nginx where there is one, because nothing does it with less CPU. */
    static Upstream plain(Workspace workspace) {
        var nginx = workspace.find("nginx");
        if (nginx.isEmpty()) {
            return streaming(workspace);
        }
        int port = Nginx.freePort();
        var http =
                """
                server {
                    listen 127.0.0.1:%d backlog=4096;
                    default_type application/json;
                    location / { return 200 '%s'; }
                  }
                """
                        .formatted(port, MockUpstream.ANSWER);
        var child = Nginx.start(workspace, nginx.get(), "upstream", http);
        return new Upstream(child, port);
    }

    /** Answers streaming calls too, chunk by chunk. */
    static Upstream streaming(Workspace workspace) {
        var java = Path.of(System.getProperty("java.home", ""), "bin", "java");
        var command =
                List.of(
                        java.toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        MockUpstream.class.getName());
        var child = Child.start("mock upstream", workspace.file("mock.log"), command);
        return new Upstream(child, child.awaitPort(0, START));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        child.close();
    }
}
