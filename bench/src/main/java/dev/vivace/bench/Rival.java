package dev.vivace.bench;

import java.util.List;
import java.util.Optional;

/**
 * A gateway that the bench knows how to start. One more is one more class, and a line in {@link
 * #ALL}.
 */
interface Rival {
    /** Every one that there is an adapter for; the floor first. */
    List<Rival> ALL = List.of(new NginxRival(), new LiteLlmRival());

    /** As in the report and in {@code --rival}. */
    String name();

    /** Why it cannot take part on this machine, such as that it is not installed; empty: it can. */
    Optional<String> absence(Workspace workspace);

    /**
     * Starts it in front of an upstream, as its users would, and does not wait for it.
     *
     * @param upstream the port of an upstream on 127.0.0.1 with its API under {@code /v1}
     * @throws BenchException if it does not start
     */
    Contender start(Workspace workspace, int upstream);
}
