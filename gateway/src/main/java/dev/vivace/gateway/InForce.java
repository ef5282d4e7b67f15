package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigJson;
import dev.vivace.config.Reload;
import dev.vivace.ledger.Prices;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The configuration in force, and what became of its file's last change. Thread-safe. */
final class InForce {
    private volatile @Nullable Parts parts;
    private volatile Optional<Reload> reload = Optional.empty();

    void begin(Parts next) {
        parts = next;
    }

    void reloaded(Reload last) {
        reload = Optional.of(last);
    }

    /** What it makes of the gateway; it must have begun. */
    Parts parts() {
        return Objects.requireNonNull(parts);
    }

    /** Whether the file says something else that cannot be used. */
    boolean rejected() {
        return reload.filter(last -> !last.applied()).isPresent();
    }

    /** What is wrong with what the file says now; empty if it is in force. */
    Optional<String> problem() {
        return reload.filter(last -> !last.applied())
                .map(last ->
                        last.waitsForRestart()
                                ? "its last change needs a restart, see /admin/config; until then nothing of it applies"
                                : "its last change is rejected, see /admin/config; with it, the gateway would not start");
    }

    /** For an operator. */
    void write(JsonGenerator to) {
        Config config = parts().config();
        ConfigJson.write(config, Prices.builtIn().with(config.prices()), reload, to);
    }
}
