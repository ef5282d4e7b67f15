package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.replay.Replay;
import dev.vivace.replay.ReplayException;
import dev.vivace.replay.ReplayOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** {@code vivace replay}. */
final class ReplayCommand implements Command {
    @Override
    public Usage usage() {
        var usage =
                new Usage("replay", "Replays recorded agent conversations and compares.")
                        .details(
                                "FILE holds lists of OpenAI messages (or objects with such a list as \"messages\" or"
                                        + " \"traj\"), as JSON or JSON Lines, gzipped or not. Each message of the assistant"
                                        + " becomes one call with all messages before it. A key is taken from"
                                        + " OPENAI_API_KEY.")
                        .operand("FILE", "the recorded conversations.")
                        .option(
                                "target",
                                "URL",
                                "Where to replay, such as http://127.0.0.1:8080/v1; needed.")
                        .option("baseline", "URL", "What to compare with; first.")
                        .option(
                                "tools",
                                "FILE",
                                "A JSON list of tool schemas for every call, gzipped or not.")
                        .option("concurrency", "N", "8", "Conversations at a time.")
                        .option(
                                "rate",
                                "R",
                                "Open loop: start R calls per second, whether or not earlier ones have ended.")
                        .option("model", "M", "gpt-4o", "The model in every call.")
                        .option("temperature", "T", "0", "The temperature in every call.")
                        .flag("stream", "Ask for streams.")
                        .option("timeout", "SECONDS", "600", "Longest time for one answer.");
        return Report.describe(usage)
                .footer(
                        "",
                        "Example:",
                        "  vivace replay runs.jsonl.gz --out report.json \\",
                        "      --target http://127.0.0.1:8080/v1 --baseline http://127.0.0.1:9000/v1",
                        "",
                        "Exit code: 0; 1 if calls failed; 2 for wrong use or a file that cannot be used.");
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        try {
            var report = Report.of(given, console);
            var found = Replay.run(options(given));
            report.write(found.json(), Replay.text(found));
            return found.failed() ? 1 : 0;
        } catch (ReplayException | IOException e) {
            throw Report.wrong(e);
        }
    }

    private static ReplayOptions options(Arguments given) {
        return new ReplayOptions(
                given.operand(Kind.PATH),
                given.find("tools", Kind.PATH).map(ReplayOptions::toolsFrom),
                ReplayOptions.url("--target", given.get("target", Kind.TEXT)),
                given.find("baseline", Kind.TEXT).map(url -> ReplayOptions.url("--baseline", url)),
                given.get("model", Kind.TEXT),
                given.get("temperature", Kind.NUMBER),
                given.has("stream"),
                given.get("concurrency", Kind.WHOLE),
                given.find("rate", Kind.NUMBER)
                        .map(OptionalDouble::of)
                        .orElseGet(OptionalDouble::empty),
                Optional.ofNullable(System.getenv("OPENAI_API_KEY")).filter(key -> !key.isBlank()),
                Duration.ofSeconds(given.get("timeout", Kind.LONG)));
    }
}
