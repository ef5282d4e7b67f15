package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigFile;
import dev.vivace.gateway.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OverloadTest {
    @TempDir Path directory;

    @Test
    void beyondItsCapacityEveryCallIsAnsweredOrToldWhenToComeAgain() throws Exception {
        for (String mode : new String[] {"fixed", "adaptive"}) {
            var overload = new Overload(4, Duration.ofMillis(20), mode, 4, 4);
            try (var upstream = MockUpstream.start(overload.slots(), overload.work())) {
                Path file =
                        Files.writeString(
                                directory.resolve("v.yaml"), overload.config(upstream.port()));
                Config config = ConfigFile.load(file, name -> Optional.empty());
                try (var gateway =
                        Gateway.start(config.withServer(new Config.Server("127.0.0.1", 0)))) {
                    var result =
                            OpenLoop.run(
                                    gateway.address().getPort(),
                                    Call.plain(),
                                    Overload.TIMES * overload.capacity(),
                                    Duration.ofMillis(500));
                    assertEquals(1_000, result.sent());
                    assertEquals(0, result.failed());
                    assertEquals(0, result.unexplained());
                    assertTrue(result.accepted().getTotalCount() >= 8, "as many as have a place");
                    assertTrue(result.refused().getTotalCount() > 0, "the others");
                }
            }
        }
    }

    @Test
    void withinItsCapacityNobodyIsRefused() throws Exception {
        try (var upstream = MockUpstream.start(4, Duration.ofMillis(1))) {
            var result = OpenLoop.run(upstream.port(), Call.plain(), 100, Duration.ofMillis(200));
            assertEquals(20, result.accepted().getTotalCount());
            assertEquals(20, result.sent());
        }
    }
}
