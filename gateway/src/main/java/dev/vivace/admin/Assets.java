package dev.vivace.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/** The dashboard's files, read and compressed once, when first asked for. Thread-safe. */
final class Assets {
    private record Source(String resource, String type) {}

    private record Asset(byte[] plain, byte[] gzip, String tag) {}

    private static final Map<String, Source> SOURCES =
            Map.of(
                    "/",
                    new Source("dashboard/index.html", "text/html; charset=utf-8"),
                    "/dashboard/dashboard.js",
                    new Source("dashboard/dashboard.js", "text/javascript; charset=utf-8"),
                    "/dashboard/dashboard.css",
                    new Source("dashboard/dashboard.css", "text/css; charset=utf-8"),
                    "/dashboard/icon.svg",
                    new Source("dashboard/icon.svg", "image/svg+xml"),
                    "/dashboard/chart.js",
                    new Source(
                            "META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.js",
                            "text/javascript; charset=utf-8"));

    /** Nothing inline, nothing from elsewhere, in nobody's frame. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private final Map<String, Asset> loaded = new ConcurrentHashMap<>();

    boolean has(String path) {
        return SOURCES.containsKey(path);
    }

    Optional<Page> get(String path, Function<String, Optional<String>> header) {
        Source source = SOURCES.get(path);
        if (source == null) {
            return Optional.empty();
        }
        Asset asset = loaded.computeIfAbsent(path, p -> load(source.resource()));
        boolean gzip = accepts(header.apply("accept-encoding").orElse(""));
        String tag = '"' + asset.tag() + (gzip ? "-gz" : "") + '"';
        var page =
                new Page(200, source.type(), gzip ? asset.gzip() : asset.plain(), Map.of())
                        .with("etag", tag)
                        .with("vary", "accept-encoding")
                        .with("cache-control", "no-cache") // ask each time; mostly 304
                        .with("content-security-policy", POLICY)
                        .with("x-content-type-options", "nosniff")
                        .with("referrer-policy", "no-referrer");
        if (header.apply("if-none-match").orElse("").contains(tag)) {
            return Optional.of(page.notModified());
        }
        return Optional.of(gzip ? page.with("content-encoding", "gzip") : page);
    }

    /** {@code gzip;q=0} is the one way to refuse it by name; nobody writes it with more zeros. */
    private static boolean accepts(String encodings) {
        for (String encoding : encodings.split(",", -1)) {
            String plain = encoding.replace(" ", "");
            if (plain.equals("gzip") || (plain.startsWith("gzip;") && !plain.endsWith("q=0"))) {
                return true;
            }
        }
        return false;
    }

    private static Asset load(String resource) {
        try (InputStream from = Assets.class.getClassLoader().getResourceAsStream(resource)) {
            if (from == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            byte[] plain = from.readAllBytes();
            var gzip = new ByteArrayOutputStream(plain.length / 2);
            try (var to = new GZIPOutputStream(gzip)) {
                to.write(plain);
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            return new Asset(
                    plain, gzip.toByteArray(), HexFormat.of().formatHex(digest).substring(0, 16));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
