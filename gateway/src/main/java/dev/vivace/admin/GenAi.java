package dev.vivace.admin;

/**
 * The names of OpenTelemetry's conventions for generative AI, as Prometheus writes them (dots
 * become underscores, the unit is appended). The conventions are still in development: a name that
 * changes there changes here and nowhere else.
 */
final class GenAi {
    static final String OPERATION_DURATION = "gen_ai_client_operation_duration_seconds";
    static final String TOKEN_USAGE = "gen_ai_client_token_usage";
    static final String TIME_TO_FIRST_TOKEN = "gen_ai_server_time_to_first_token_seconds";

    static final String OPERATION = "gen_ai_operation_name";
    static final String PROVIDER = "gen_ai_provider_name";
    static final String MODEL = "gen_ai_request_model";
    static final String TOKEN_TYPE = "gen_ai_token_type";
    static final String ERROR = "error_type";

    static final String INPUT = "input";
    static final String OUTPUT = "output";

    private GenAi() {}

    /** The operation that a door stands for; empty where the conventions know none. */
    static String operation(String door) {
        return switch (door) {
            case "chat", "responses", "messages" -> "chat";
            case "embeddings" -> "embeddings";
            default -> "";
        };
    }

    /** The conventions ask for the provider whose API is spoken, as far as one can tell. */
    static String provider(String door) {
        return door.equals("messages") ? "anthropic" : "openai";
    }

    /** Microseconds; the bounds that the conventions ask for. */
    static Histogram duration() {
        return new Histogram(
                10_000,
                20_000,
                40_000,
                80_000,
                160_000,
                320_000,
                640_000,
                1_280_000,
                2_560_000,
                5_120_000,
                10_240_000,
                20_480_000,
                40_960_000,
                81_920_000);
    }

    /** Microseconds; the bounds that the conventions ask for. */
    static Histogram timeToFirstToken() {
        return new Histogram(
                1_000,
                5_000,
                10_000,
                20_000,
                40_000,
                60_000,
                80_000,
                100_000,
                250_000,
                500_000,
                750_000,
                1_000_000,
                2_500_000,
                5_000_000,
                7_500_000,
                10_000_000);
    }

    /** Tokens; the bounds that the conventions ask for. */
    static Histogram tokens() {
        return new Histogram(
                1,
                4,
                16,
                64,
                256,
                1_024,
                4_096,
                16_384,
                65_536,
                262_144,
                1_048_576,
                4_194_304,
                16_777_216,
                67_108_864);
    }
}
