package dev.vivace.bench;

import java.time.Duration;

/** Sends one call over and over, on many connections at once, each waiting for its answer. */
interface Load {
    /** Its name, for the report. */
    String name();

    Result run(int port, Call call, int connections, Duration duration);

    /**
     * @param answered whole answers with status 200
     * @param errors answers with another status, connections refused or broken, answers that took
     *     longer than half a minute
     * @param seconds how long it really took
     * @param p50Micros half of the answers took no longer
     */
    record Result(long answered, long errors, double seconds, double p50Micros, double p99Micros) {
        static final Result NONE = new Result(0, 0, 0, 0, 0);

        /** Whether it counts: something was answered, and nothing failed. */
        boolean isClean() {
            return answered > 0 && errors == 0;
        }

        double perSecond() {
            return answered / seconds;
        }
    }

    /** wrk where it is installed, otherwise a client of our own, which takes more of the CPU. */
    static Load best(Workspace workspace) {
        return workspace
                .find("wrk")
                .<Load>map(wrk -> new Wrk(wrk, workspace))
                .orElseGet(JavaLoad::new);
    }
}
