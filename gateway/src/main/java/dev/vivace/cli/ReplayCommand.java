package dev.vivace.cli;

import dev.vivace.replay.Replay;
import dev.vivace.replay.ReplayException;
import dev.vivace.replay.ReplayOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivace replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Replays recorded agent conversations and compares.",
            "",
            "FILE holds lists of OpenAI messages (or objects with such a list as \"messages\" or"
                    + " \"traj\"), as JSON or JSON Lines, gzipped or not. Each message of the assistant"
                    + " becomes one call with all messages before it. A key is taken from"
                    + " OPENAI_API_KEY."
        },
        footer = {
            "",
            "Example:",
            "  vivace replay runs.jsonl.gz --out report.json \\",
            "      --target http://127.0.0.1:8080/v1 --baseline http://127.0.0.1:9000/v1",
            "",
            "Exit code: 0; 1 if calls failed; 2 for wrong use or a file that cannot be used."
        })
public final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The recorded conversations.")
    private Path file = Path.of("");

    @Option(
            names = "--target",
            required = true,
            paramLabel = "URL",
            description = "Where to replay, such as http://127.0.0.1:8080/v1.")
    private String target = "";

    @Option(names = "--baseline", paramLabel = "URL", description = "What to compare with; first.")
    private @Nullable String baseline;

    @Option(
            names = "--tools",
            paramLabel = "FILE",
            description = "A JSON list of tool schemas for every call, gzipped or not.")
    private @Nullable Path tools;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "8",
            description = "Conversations at a time (default ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description =
                    "Open loop: start R calls per second, whether or not earlier ones have ended.")
    private @Nullable Double rate;

    @Option(
            names = "--model",
            paramLabel = "M",
            defaultValue = "gpt-4o",
            description = "The model in every call (default ${DEFAULT-VALUE}).")
    private String model = "";

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "The temperature in every call (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--stream", description = "Ask for streams.")
    private boolean stream;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Longest time for one answer (default ${DEFAULT-VALUE}).")
    private long timeout;

    @Mixin private ReportOptions report = new ReportOptions();

    @Override
    public Integer call() throws InterruptedException {
        try {
            report.check();
            var found = Replay.run(options());
            report.write(found.json(), Replay.text(found));
            return found.failed() ? 1 : 0;
        } catch (ReplayException | IOException e) {
            return report.wrong(e);
        }
    }

    private ReplayOptions options() {
        return new ReplayOptions(
                file,
                Optional.ofNullable(tools).map(ReplayOptions::toolsFrom),
                ReplayOptions.url("--target", target),
                Optional.ofNullable(baseline).map(b -> ReplayOptions.url("--baseline", b)),
                model,
                temperature,
                stream,
                concurrency,
                rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                Optional.ofNullable(System.getenv("OPENAI_API_KEY")).filter(k -> !k.isBlank()),
                Duration.ofSeconds(timeout));
    }
}
