package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sends one request and judges what comes back. Thread-safe. */
final class FuzzProbe {
    /** After this much silence, what is half a request will stay one. */
    private static final int PAUSE_MILLIS = 200;

    private static final int PATIENCE_MILLIS = 20_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d)(\\d\\d) ");
    private static final Pattern INSIDES =
            Pattern.compile(
                    "\\tat |[a-z]Exception|[a-z]Error:|java\\.(lang|util|io|net)|io\\.(netty|vertx)|dev\\.vivace");

    /** Of a failure that is not the gateway's own: it names its upstream, or does as it is told. */
    private static final Pattern THEIRS =
            Pattern.compile("HTTP/1\\.[01] 50[24] [\\s\\S]*([Uu]pstream|only-if-cached)");

    /**
     * What became of a request.
     *
     * @param kind {@code 2xx} to {@code 5xx}, or {@code closed} without an answer
     * @param finding what must not be; empty if all is well
     */
    record Verdict(String kind, Optional<String> finding) {}

    private final int port;

    FuzzProbe(int port) {
        this.port = port;
    }

    Verdict send(Fuzz.Case one) {
        var got = new ByteArrayOutputStream();
        boolean hung = false;
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
            socket.setSoTimeout(one.whole() ? PATIENCE_MILLIS : PAUSE_MILLIS);
            InputStream in = socket.getInputStream();
            try {
                socket.getOutputStream().write(one.bytes());
                in.transferTo(got);
            } catch (SocketTimeoutException silence) {
                hung = one.whole();
                if (!hung) {
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    socket.shutdownOutput();
                    in.transferTo(got);
                }
            }
        } catch (SocketTimeoutException e) {
            hung = true;
        } catch (IOException cut) {
            // An end as well; what came before it counts.
        }
        return judge(one, got.toString(ISO_8859_1), hung);
    }

    static Verdict judge(Fuzz.Case one, String text, boolean hung) {
        var status = STATUS.matcher(text);
        String kind = "closed";
        while (status.find()) {
            kind = status.group(1) + "xx";
        }
        String finding = null;
        if (hung) {
            finding = "hangs";
        } else if (one.whole() && kind.equals("closed")) {
            finding = "closed without an answer";
        } else if (kind.equals("5xx") && !THEIRS.matcher(text).lookingAt()) {
            finding = "fails by itself";
        } else if (INSIDES.matcher(text).find()) {
            finding = "shows what is inside";
        }
        return new Verdict(
                kind, Optional.ofNullable(finding).map(what -> what + ": " + head(text)));
    }

    private static String head(String text) {
        return text.substring(0, Math.min(700, text.length()));
    }
}
