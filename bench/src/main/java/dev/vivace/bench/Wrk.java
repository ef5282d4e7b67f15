package dev.vivace.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The load generator wrk, told what to send by a script that is written for each call. */
final class Wrk implements Load {
    private static final Pattern REPORT =
            Pattern.compile("bench (\\d+) (\\d+) (\\d+) ([\\d.]+) ([\\d.]+)");

    private final Path program;
    private final Workspace workspace;

    Wrk(Path program, Workspace workspace) {
        this.program = program;
        this.workspace = workspace;
    }

    @Override
    public String name() {
        return "wrk";
    }

    @Override
    public Result run(int port, Call call, int connections, Duration duration) {
        var script = workspace.write("wrk.lua", script(call));
        var command =
                List.of(
                        program.toString(),
                        "-t1",
                        "-c" + connections,
                        "-d" + Math.max(1, duration.toSeconds()) + "s",
                        "--timeout=30s",
                        "--script=" + script,
                        "http://127.0.0.1:" + port + Call.PATH);
        try (var child = Child.start("wrk", workspace.file("wrk.log"), command)) {
            return parse(child.awaitSuccess(duration.plusSeconds(30)));
        }
    }

    static Result parse(String output) {
        var report = REPORT.matcher(output);
        if (!report.find()) {
            throw new BenchException("wrk says something else: " + output.strip());
        }
        return new Result(
                Long.parseLong(report.group(1)),
                Long.parseLong(report.group(2)),
                Long.parseLong(report.group(3)) / 1e6,
                Double.parseDouble(report.group(4)),
                Double.parseDouble(report.group(5)));
    }

    private static String script(Call call) {
        return """
        wrk.method = "POST"
        wrk.headers["content-type"] = "application/json"
        wrk.headers["authorization"] = "Bearer sk-bench"
        wrk.body = [==[%s]==]
        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("bench %%d %%d %%d %%.1f %%.1f\\n", summary.requests - e.status,
            e.connect + e.read + e.write + e.status + e.timeout, summary.duration,
            latency:percentile(50), latency:percentile(99)))
        end
        """
                .formatted(call.body());
    }
}
