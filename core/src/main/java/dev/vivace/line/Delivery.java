package dev.vivace.line;

/** Takes a request to its upstream and writes the answer to the flight's log. */
public interface Delivery {
    /**
     * Starts; never blocks and never throws, failures end the log. Marks departure, first and last
     * byte on the flight, and cancels down to the socket when the log is abandoned.
     */
    void start(Flight flight);
}
