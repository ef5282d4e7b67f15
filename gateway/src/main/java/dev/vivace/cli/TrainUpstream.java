package dev.vivace.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers whatever is asked with the same three answers, over plain sockets. */
final class TrainUpstream implements AutoCloseable {
    private static final String USAGE =
            "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}";
    private static final String CHAT =
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"Good day.\"},\"finish_reason\":\"stop\"}],"
                    + USAGE
                    + "}";
    private static final String CHUNK =
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,";
    private static final String STREAM =
            CHUNK
                    + "\"delta\":{\"role\":\"assistant\",\"content\":\"Good day.\"},\"finish_reason\":null}]}\n\n"
                    + CHUNK
                    + "\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    private static final String VECTOR =
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,0.2]}],"
                    + "\"model\":\"m\",\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}";

    private final ServerSocket listening =
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    TrainUpstream() throws IOException {
        start(this::accept);
    }

    String address() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "train-upstream");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                start(() -> answer(socket));
            }
        } catch (IOException e) {
            // It was closed, which is how this ends.
        }
    }

    private static void answer(Socket socket) {
        try (socket;
                var in = new BufferedInputStream(socket.getInputStream())) {
            OutputStream out = socket.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                var body = new String(in.readNBytes(length(head)), StandardCharsets.UTF_8);
                boolean streamed = body.contains("\"stream\":true");
                String answer = head.contains("/embeddings") ? VECTOR : streamed ? STREAM : CHAT;
                String type = streamed ? "text/event-stream" : "application/json";
                out.write(
                        ("HTTP/1.1 200 OK\r\nContent-Type: "
                                        + type
                                        + "\r\nContent-Length: "
                                        + answer.length()
                                        + "\r\n\r\n"
                                        + answer)
                                .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The other side has ended.
        }
    }

    /** Up to the empty line; empty at the end. */
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private static int length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
