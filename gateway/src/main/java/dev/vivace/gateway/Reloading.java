package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigWatch;
import dev.vivace.config.Reload;
import dev.vivace.config.Warnings;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts another configuration in force. All that can fail is done before anything is switched; then
 * each event loop switches between two requests, and calls in flight go on with what they began
 * with. Used by one thread at a time.
 */
final class Reloading implements ConfigWatch.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

    private final Resources resources;
    private final InForce inForce;
    private final List<Doors> doors;
    private final Entrance entrance;
    private final InstantSource clock;

    Reloading(
            Resources resources,
            InForce inForce,
            List<Doors> doors,
            Entrance entrance,
            InstantSource clock) {
        this.resources = resources;
        this.inForce = inForce;
        this.doors = List.copyOf(doors);
        this.entrance = entrance;
        this.clock = clock;
    }

    /** Returns when it is in force on every event loop. */
    @Override
    public void apply(Config config) {
        Parts next = resources.parts(config, inForce.parts());
        List<DoorSet> made = make(next);
        resources.cache().resize(config.cache().maxBytes());
        entrance.admit(config.server().connections());
        inForce.begin(next);
        open(made);
        inForce.reloaded(Reload.applied(clock.instant()));
        LOG.info("the configuration has changed, and applies to the calls that come from now on");
        Warnings.of(config, Runtime.getRuntime().maxMemory()).forEach(LOG::warn);
    }

    private List<DoorSet> make(Parts next) {
        var made = new ArrayList<DoorSet>();
        try {
            for (Doors loop : doors) {
                made.add(Awaiting.get(loop.make(next)));
            }
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return made;
    }

    private void open(List<DoorSet> made) {
        var opening = new ArrayList<Future<Integer>>();
        for (int i = 0; i < made.size(); i++) {
            opening.add(doors.get(i).open(made.get(i)));
        }
        for (Future<Integer> loop : opening) {
            try {
                Awaiting.get(loop);
            } catch (Exception e) {
                // There is no way back; a loop that is busy for so long switches when it can.
                LOG.warn("an event loop is late to take the new configuration: {}", e.getMessage());
            }
        }
    }

    @Override
    public void rejected(ConfigException why) {
        inForce.reloaded(Reload.rejected(clock.instant(), why));
        LOG.warn(
                "the change of the configuration is rejected, what was in force stays: {}",
                why.getMessage());
    }
}
