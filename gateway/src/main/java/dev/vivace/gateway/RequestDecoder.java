package dev.vivace.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what Netty takes silently and another server on the way may read differently: a version
 * that is neither HTTP/1.1 nor 1.0, a header line without a name, and a folded one, which begins
 * with white space and continues the line before (RFC 9112, 5.2, lets a server refuse it). And a
 * head of too many lines: Netty bounds their bytes only.
 *
 * <p>The decoder consumes whole lines only and emits the head when it has seen its empty line, so
 * that in a head every call begins at the beginning of a line.
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
    /** Far more than any client sends, and few enough to look each up in turn. */
    static final int MAX_FIELDS = 256;

    private boolean inBody;
    private int lines;
    private boolean firstLine = true;
    private boolean refused;

    private RequestDecoder(HttpServerOptions options) {
        super(
                new Http1ServerConfig()
                        .setMaxInitialLineLength(options.getMaxInitialLineLength())
                        .setMaxHeaderSize(options.getMaxHeaderSize())
                        .setMaxChunkSize(options.getMaxChunkSize())
                        .setDecoderInitialBufferSize(options.getDecoderInitialBufferSize()));
    }

    /** Takes the place of the decoder of a connection that has just been opened. */
    static @Nullable RequestDecoder install(HttpConnection connection, HttpServerOptions options) {
        if (connection instanceof ConnectionBase base) {
            ChannelPipeline pipeline = base.channel().pipeline();
            var decoder = new RequestDecoder(options);
            pipeline.replace("httpDecoder", "httpDecoder", decoder);
            return decoder;
        }
        return null;
    }

    /** Whether a head has begun and not ended. */
    boolean withinHead() {
        return !inBody && !refused && (!firstLine || actualReadableBytes() > 0);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!inBody && hasDoubtfulLine(in)) {
            refuse(in, out, new IllegalArgumentException("header line without a name"));
            return;
        }
        if (!inBody && lines > MAX_FIELDS + 1) {
            refuse(in, out, new TooLongHttpHeaderException("too many header fields"));
            return;
        }
        int before = out.size();
        super.decode(context, in, out);
        for (int i = before; i < out.size(); i++) {
            firstLine = true;
            lines = 0;
            inBody = !(out.get(i) instanceof LastHttpContent);
            refused = out.get(i) instanceof HttpObject part && part.decoderResult().isFailure();
        }
    }

    /** Vert.x would answer another version with 501, and echo it. */
    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        // Not the version that Netty reads: to it, "Http/1.1" is the same, but not to Vert.x.
        String version = initialLine[2];
        if (!version.equals(HttpVersion.HTTP_1_1.text())
                && !version.equals(HttpVersion.HTTP_1_0.text())) {
            throw new IllegalArgumentException("neither HTTP/1.1 nor HTTP/1.0");
        }
        return super.createMessage(initialLine);
    }

    /** Looks at every line of the head that is there. */
    private boolean hasDoubtfulLine(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            byte first = in.getByte(at);
            if (!firstLine && (first == ' ' || first == '\t' || first == ':')) {
                return true;
            }
            int newline = in.indexOf(at, end, (byte) '\n');
            boolean empty = newline == at || (newline == at + 1 && first == '\r');
            if (newline < 0 || (empty && !firstLine)) {
                break;
            }
            // Empty lines before a request are none of it.
            firstLine &= empty;
            lines += empty ? 0 : 1;
            at = newline + 1;
        }
        return false;
    }

    private void refuse(ByteBuf in, List<Object> out, Exception why) {
        refused = true;
        in.skipBytes(in.readableBytes());
        HttpMessage refusal = createInvalidMessage();
        refusal.setDecoderResult(DecoderResult.failure(why));
        out.add(refusal);
    }
}
