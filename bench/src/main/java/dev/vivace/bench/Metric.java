package dev.vivace.bench;

/** What is measured, in the order of the report. */
enum Metric {
    START("start to first answer", "ms"),
    CPU("CPU per request", "us"),
    RATE("requests per second", ""),
    P50("p50", "us"),
    ADDED_P50("added p50", "us"),
    ADDED_P99("added p99", "us"),
    DECISION("all decisions of a call", "us"),
    HIT_CPU("CPU per exact hit", "us"),
    HIT_RATE("exact hits per second", ""),
    REPLAY_CPU("CPU per hit replayed as a stream", "us"),
    REPLAY_RATE("hits replayed as a stream per second", ""),
    STREAM_CPU("CPU per stream of 200 chunks", "us"),
    STREAM_RATE("streams per second", ""),
    STREAM_HIT_CPU("CPU per hit on a stream of 200 chunks", "us"),
    STREAM_HIT_RATE("hits on a stream of 200 chunks per second", ""),
    FIRST_CHUNK("first chunk, added p50", "us"),
    IDLE("memory idle", "MB"),
    BUSY("memory busy", "MB"),
    LARGE_PEAK("150 kB requests: peak memory", "MB"),
    LARGE_ANSWERED("150 kB requests: answered", ""),
    LARGE_ERRORS("150 kB requests: errors, starved", ""),
    LARGE_AFTER("150 kB requests: memory after", "MB");

    private final String what;
    private final String unit;

    Metric(String what, String unit) {
        this.what = what;
        this.unit = unit;
    }

    /** With its unit, for a person. */
    String label() {
        return unit.isEmpty() ? what : what + ", " + unit;
    }

    String unit() {
        return unit;
    }
}
