package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Program;
import dev.vivace.command.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A short working day of {@code serve}, so that the ahead-of-time cache knows which classes and
 * methods matter: all of them are loaded at every start, so whatever else is used here costs every
 * start its time and memory. That is why the clients are plain sockets, and the upstream too.
 */
final class TrainCommand implements Command {
    private static final int CALLS = 80;

    @Override
    public Usage usage() {
        return new Usage("train", "Works for a moment, to be recorded.");
    }

    /** What was started ends with the process: nothing of it is to be kept. */
    @Override
    public int run(Arguments given, Console console) throws IOException {
        try (var upstream = new TrainUpstream();
                var said = new PipedInputStream();
                var out = new PrintStream(new PipedOutputStream(said), true)) {
            Program program = Main.program();
            String address = upstream.address() + "/v1";
            var serve =
                    new Thread(
                            () ->
                                    program.run(
                                            new Console(out, console.err()),
                                            "serve",
                                            "--port",
                                            "0",
                                            "--upstream",
                                            address),
                            "vivace-serve");
            serve.setDaemon(true);
            serve.start();
            String ready =
                    new BufferedReader(new InputStreamReader(said, StandardCharsets.UTF_8))
                            .readLine();
            work(URI.create(ready.split(" ")[2]).getPort());
        }
        return 0;
    }

    private static void work(int port) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            String text = "\"messages\":[{\"role\":\"user\",\"content\":\"call " + i / 3 + "\"}]}";
            chat(port, "{\"model\":\"gpt-4o-mini\"," + text);
            chat(port, "{\"model\":\"gpt-4o-mini\",\"temperature\":0," + text);
            chat(port, "{\"model\":\"gpt-4o-mini\",\"seed\":1,\"stream\":true," + text);
            send(
                    port,
                    "POST /v1/embeddings",
                    "{\"model\":\"text-embedding-3-small\",\"input\":[\"text " + i / 3 + "\"]}");
        }
        for (String path : new String[] {"/metrics", "/healthz", "/readyz"}) {
            send(port, "GET " + path, "");
        }
    }

    private static void chat(int port, String body) throws IOException {
        send(port, "POST /v1/chat/completions", body);
    }

    private static void send(int port, String line, String body) throws IOException {
        String head =
                line
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n";
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }
}
