package dev.vivace.gateway;

import dev.vivace.cache.Invalidation;
import java.util.List;
import java.util.Optional;

/** The body of a request to forget cached answers. */
final class Forgetting {
    private static final List<String> KNOWN = List.of("scope", "model", "tag", "pattern", "all");

    private Forgetting() {}

    /**
     * @throws IllegalArgumentException saying what is wrong
     */
    static Invalidation read(byte[] body) {
        AdminMembers members = AdminMembers.read(body, KNOWN);
        Optional<String> tag = members.text("tag");
        if (tag.isPresent() && tag.get().indexOf('=') < 1) {
            throw new IllegalArgumentException(
                    "The request body cannot be read: 'tag' must be NAME=VALUE.");
        }
        return new Invalidation(
                members.text("scope"),
                members.text("model"),
                tag,
                members.text("pattern"),
                members.all());
    }
}
