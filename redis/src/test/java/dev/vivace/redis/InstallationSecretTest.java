package dev.vivace.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstallationSecretTest {
    private static final URI URL = URI.create("redis://:p@host:6379");

    @Test
    void theConfiguredOneIsAllThatCounts() {
        Set<String> secrets =
                Stream.of(
                                RedisLink.secret(URL, "a", Optional.of("s")),
                                RedisLink.secret(
                                        URI.create("redis://other"), "b", Optional.of("s")))
                        .map(HexFormat.of()::formatHex)
                        .collect(Collectors.toSet());
        assertEquals(1, secrets.size());
        assertEquals(64, secrets.iterator().next().length());
    }

    @Test
    void otherInputsMakeOtherSecrets() {
        Set<String> secrets =
                Stream.of(
                                RedisLink.secret(URL, "a", Optional.empty()),
                                RedisLink.secret(URL, "b", Optional.empty()),
                                RedisLink.secret(URI.create(URL + "a"), "", Optional.empty()),
                                RedisLink.secret(
                                        URI.create("redis://:q@host:6379"), "a", Optional.empty()),
                                RedisLink.secret(URL, "a", Optional.of("s")),
                                RedisLink.secret(URL, "a", Optional.of(URL.toString())))
                        .map(HexFormat.of()::formatHex)
                        .collect(Collectors.toSet());
        assertEquals(6, secrets.size());
    }
}
