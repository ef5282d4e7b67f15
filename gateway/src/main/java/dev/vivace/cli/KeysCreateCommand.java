package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.key.Budget;
import dev.vivace.key.KeyJson;
import dev.vivace.key.KeyTerms;
import dev.vivace.key.NewKey;
import dev.vivace.key.Priority;
import dev.vivace.key.VirtualKey;
import dev.vivace.limit.Rates;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** {@code vivace keys create}. */
final class KeysCreateCommand implements Command {
    @Override
    public Usage usage() {
        Usage usage =
                new Usage("create", "Makes a client key and prints its secret, once.")
                        .option(
                                "tenant",
                                "NAME",
                                "Who it belongs to. Nobody sees another tenant's answers.")
                        .option("name", "TEXT", "What to call it, for people.")
                        .option(
                                "models",
                                "NAME,...",
                                "The models that it may ask for, as clients name them (default all).")
                        .option(
                                "tools",
                                "NAME,...",
                                "The tools at /mcp that it may see and call; * stands for any text (default all).")
                        .option("requests-per-minute", "N", "Most calls within any minute.")
                        .option("tokens-per-minute", "N", "Most tokens within any minute.")
                        .option("budget-day", "USD", "Most that it may spend in a day, UTC.")
                        .option("budget-month", "USD", "Most that it may spend in a month, UTC.")
                        .option("priority", "WORD", "normal", "high, normal or low.")
                        .option(
                                "scope",
                                "WORD",
                                "tenant",
                                "Who shares its cached answers: tenant or key.");
        return KeysProgram.describe(usage)
                .footer("", "Example: vivace keys create --tenant acme --data ./vivace-data");
    }

    @Override
    public int run(Arguments given, Console console) {
        KeyTerms terms = terms(given);
        try (var keys = KeysProgram.keys(given, console)) {
            NewKey made = keys.create(terms);
            if (given.has("json")) {
                console.out()
                        .println(
                                KeysProgram.json(to -> {
                                    KeyJson.write(made.key(), to);
                                    to.writeStringProperty("secret", made.secret());
                                }));
            } else {
                console.out().println(made.secret());
                console.err()
                        .println(
                                "This is the secret of "
                                        + made.key().id()
                                        + ", a key of tenant "
                                        + made.key().tenant()
                                        + ". It is not shown again, and counts where the gateway runs with --data "
                                        + KeysProgram.data(given)
                                        + ".");
                if (keys.list().size() == 1) {
                    console.err()
                            .println(
                                    "It is the first: from now on every client of that gateway needs a key, and /admin the one"
                                            + " that is in VIVACE_ADMIN_KEY where the gateway is started.");
                }
            }
            return 0;
        }
    }

    private static KeyTerms terms(Arguments given) {
        try {
            return new KeyTerms(
                    given.get("tenant", Kind.TEXT),
                    given.find("name", Kind.TEXT).orElse(""),
                    given.find("models", Kind.TEXT).map(KeysCreateCommand::names).orElse(Set.of()),
                    given.find("tools", Kind.TEXT).map(KeysCreateCommand::names).orElse(Set.of()),
                    new Rates(rate(given, "requests-per-minute"), rate(given, "tokens-per-minute")),
                    new Budget(money(given, "budget-day"), money(given, "budget-month")),
                    KeyJson.named(Priority.class, "--priority", given.get("priority", Kind.TEXT)),
                    KeyJson.named(
                            VirtualKey.Scope.class, "--scope", given.get("scope", Kind.TEXT)));
        } catch (IllegalArgumentException e) {
            throw Report.wrong(e);
        }
    }

    private static Set<String> names(String list) {
        return new LinkedHashSet<>(Arrays.stream(list.split(",", -1)).map(String::strip).toList());
    }

    private static OptionalLong rate(Arguments given, String option) {
        return given.find(option, Kind.LONG)
                .map(value -> KeyJson.rate("--" + option, value))
                .orElse(OptionalLong.empty());
    }

    private static OptionalDouble money(Arguments given, String option) {
        return given.find(option, Kind.NUMBER)
                .map(value -> KeyJson.money("--" + option, value))
                .orElse(OptionalDouble.empty());
    }
}
