package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.key.KeyJson;
import dev.vivace.key.VirtualKey;
import java.util.Optional;

/** {@code vivace keys revoke}. */
final class KeysRevokeCommand implements Command {
    private static final int NONE = 1;

    @Override
    public Usage usage() {
        return KeysProgram.describe(
                        new Usage("revoke", "Revokes a client key, for ever.")
                                .operand("ID", "the key's id, such as vk-3f9a12c4d5e6."))
                .footer("", "Exit code: 0 if it is revoked now; 1 if there is no such key.");
    }

    @Override
    public int run(Arguments given, Console console) {
        String id = given.operand(Kind.TEXT);
        if (!KeyJson.isId(id)) {
            // Maybe a secret: not repeated.
            throw new UsageException(
                    "ID must be vk- and 12 hexadecimal digits; vivace keys list shows them");
        }
        try (var keys = KeysProgram.keys(given, console)) {
            Optional<VirtualKey> revoked = keys.revoke(id);
            if (revoked.isEmpty()) {
                console.err().println("There is no client key " + id + ".");
                return NONE;
            }
            console.out()
                    .println(
                            given.has("json")
                                    ? KeysProgram.json(revoked.get())
                                    : id + " of tenant " + revoked.get().tenant() + " is revoked.");
            return 0;
        }
    }
}
