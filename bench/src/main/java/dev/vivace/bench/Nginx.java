package dev.vivace.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/** How an nginx of ours is started: one worker, in the foreground, everything below one folder. */
final class Nginx {
    private Nginx() {}

    /**
     * @param http what stands in its {@code http} block
     */
    static Child start(Workspace workspace, Path program, String name, String http) {
        var user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
        var configuration =
                """
                %1$s
                daemon off;
                worker_processes 1;
                worker_rlimit_nofile 16384;
                pid %2$s/nginx.pid;
                error_log %2$s/error.log;
                events { worker_connections 8192; }
                http {
                  access_log off;
                  client_body_temp_path %2$s/body;
                  proxy_temp_path %2$s/proxy;
                  fastcgi_temp_path %2$s/fastcgi;
                  uwsgi_temp_path %2$s/uwsgi;
                  scgi_temp_path %2$s/scgi;
                  keepalive_requests 1000000000;
                  client_body_buffer_size 256k;
                  %3$s
                }
                """
                        .formatted(user, workspace.file(name), http);
        var file = workspace.write(name + "/nginx.conf", configuration);
        return Child.start(
                name,
                workspace.file(name + "/nginx.log"),
                List.of(
                        program.toString(),
                        "-p",
                        workspace.file(name).toString(),
                        "-c",
                        file.toString(),
                        "-e",
                        workspace.file(name + "/error.log").toString()));
    }

    /** A port that was free a moment ago, for a program that cannot pick one itself. */
    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BenchException("no free port: " + e.getMessage());
        }
    }
}
