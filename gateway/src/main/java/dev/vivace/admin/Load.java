package dev.vivace.admin;

import java.util.function.LongSupplier;

/**
 * What is under way now; each may be asked by any thread.
 *
 * @param calls that have begun and not ended
 * @param heldBytes of request bodies, and of answers beyond their first 64 kB
 * @param waiting requests whose bodies wait for room
 * @param applied 1 if what the configuration file says is in force, else 0
 */
public record Load(
        LongSupplier calls, LongSupplier heldBytes, LongSupplier waiting, LongSupplier applied) {
    /** The page for Prometheus. */
    String text() {
        var to = new Exposition();
        gauge(to, "vivace_in_flight", "Calls that have begun and not ended.", calls);
        gauge(
                to,
                "vivace_in_flight_bytes",
                "Bytes of request bodies, and of answers beyond their first 64 kB, that are held.",
                heldBytes);
        gauge(
                to,
                "vivace_waiting_for_room",
                "Requests whose bodies wait, unread, for room within limits.in-flight.",
                waiting);
        gauge(
                to,
                "vivace_config_applied",
                "1; 0 while the last change of the configuration file is rejected.",
                applied);
        return to.toString();
    }

    private static void gauge(Exposition to, String name, String help, LongSupplier value) {
        to.metric(name, "gauge", help);
        to.sample(name, value.getAsLong());
    }
}
