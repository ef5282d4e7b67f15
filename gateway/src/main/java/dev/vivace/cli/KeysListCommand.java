package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Usage;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyJson;
import dev.vivace.key.Priority;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.key.SpendingGlance;
import dev.vivace.key.VirtualKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code vivace keys list}. */
final class KeysListCommand implements Command {
    private static final List<String> HEAD =
            List.of(
                    "id", "tenant", "name", "models", "tools", "limits", "today", "month",
                    "created", "revoked");

    @Override
    public Usage usage() {
        return KeysProgram.describe(
                new Usage("list", "Lists the client keys, revoked ones included.")
                        .details(
                                "Beside each is what it has spent today and in this month (UTC), in US dollars."));
    }

    @Override
    public int run(Arguments given, Console console) {
        Path data = KeysProgram.data(given, console);
        try (var keys = ClientKeys.of(data)) {
            List<VirtualKey> all = keys.list();
            SpendingGlance spending = SpendingGlance.at(data, Clock.systemUTC());
            if (given.has("json")) {
                console.out().println(json(all, spending));
            } else if (all.isEmpty()) {
                console.out().println("There are no client keys.");
            } else {
                table(all, spending).forEach(console.out()::println);
            }
            return 0;
        } catch (IOException e) {
            throw Report.wrong(e);
        }
    }

    private static Spending.Spent spent(SpendingGlance spending, VirtualKey key) {
        return spending.spent(Purse.ofKey(key.id(), key.budget()));
    }

    private static String json(List<VirtualKey> keys, SpendingGlance spending) {
        return KeysProgram.json(to -> {
            to.writeArrayPropertyStart("keys");
            for (VirtualKey key : keys) {
                to.writeStartObject();
                KeyJson.write(key, to);
                Spending.Spent spent = spent(spending, key);
                to.writeNumberProperty("spent_today_usd", spent.day());
                to.writeNumberProperty("spent_month_usd", spent.month());
                to.writeEndObject();
            }
            to.writeEndArray();
        });
    }

    private static List<String> table(List<VirtualKey> keys, SpendingGlance spending) {
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        keys.forEach(key -> rows.add(row(key, spent(spending, key))));
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
        }
        return line.toString().stripTrailing();
    }

    private static List<String> row(VirtualKey key, Spending.Spent spent) {
        return List.of(
                key.id(),
                key.tenant(),
                key.name().isEmpty() ? "-" : key.name(),
                names(key.models()),
                names(key.tools()),
                limits(key),
                usd(spent.day()),
                usd(spent.month()),
                day(key.createdAt()),
                key.revoked() ? day(key.revokedAt()) : "-");
    }

    private static String names(Set<String> names) {
        return names.isEmpty() ? "all" : names.stream().sorted().collect(Collectors.joining(","));
    }

    private static String limits(VirtualKey key) {
        var limits = new ArrayList<String>();
        key.rates().requests().ifPresent(most -> limits.add(most + " calls/min"));
        key.rates().tokens().ifPresent(most -> limits.add(most + " tokens/min"));
        key.budget().day().ifPresent(most -> limits.add(usd(most) + "/day"));
        key.budget().month().ifPresent(most -> limits.add(usd(most) + "/month"));
        if (key.priority() != Priority.NORMAL) {
            limits.add(KeyJson.word(key.priority()) + " priority");
        }
        if (key.scope() == VirtualKey.Scope.KEY) {
            limits.add("shares with nobody");
        }
        return limits.isEmpty() ? "-" : String.join(", ", limits);
    }

    /** A budget may be a part of a cent; two digits that say something are shown of it. */
    static String usd(double amount) {
        int digits = amount > 0 && amount < 1 ? 1 - (int) Math.floor(Math.log10(amount)) : 2;
        return String.format(Locale.ROOT, "$%." + Math.min(9, digits) + "f", amount);
    }

    private static String day(long millis) {
        return Instant.ofEpochMilli(millis).toString().substring(0, 10);
    }
}
