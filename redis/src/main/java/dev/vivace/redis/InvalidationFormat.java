package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.cache.Invalidation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An invalidation as fields of an entry of a stream. */
final class InvalidationFormat {
    /** Forgets everything. */
    static final Invalidation ALL =
            new Invalidation(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true);

    private InvalidationFormat() {}

    static Map<byte[], byte[]> write(Invalidation which) {
        Map<byte[], byte[]> fields = new LinkedHashMap<>();
        put(fields, "scope", which.scope());
        put(fields, "model", which.model());
        put(fields, "tag", which.tag());
        put(fields, "pattern", which.pattern());
        put(fields, "all", which.all() ? Optional.of("true") : Optional.empty());
        return fields;
    }

    private static void put(Map<byte[], byte[]> fields, String name, Optional<String> value) {
        value.ifPresent(text -> fields.put(name.getBytes(UTF_8), text.getBytes(UTF_8)));
    }

    /** What cannot be understood, such as a condition of a later version, forgets everything. */
    static Invalidation read(Map<byte[], byte[]> fields) {
        Map<String, String> texts = new HashMap<>();
        fields.forEach(
                (name, value) -> texts.put(new String(name, UTF_8), new String(value, UTF_8)));
        Optional<String> scope = Optional.ofNullable(texts.remove("scope"));
        Optional<String> model = Optional.ofNullable(texts.remove("model"));
        Optional<String> tag = Optional.ofNullable(texts.remove("tag"));
        Optional<String> pattern = Optional.ofNullable(texts.remove("pattern"));
        boolean all = texts.remove("all") != null;
        boolean something =
                all
                        || scope.isPresent()
                        || model.isPresent()
                        || tag.isPresent()
                        || pattern.isPresent();
        return something && texts.isEmpty()
                ? new Invalidation(scope, model, tag, pattern, all)
                : ALL;
    }
}
