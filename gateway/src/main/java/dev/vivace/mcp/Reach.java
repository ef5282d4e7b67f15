package dev.vivace.mcp;

import dev.vivace.key.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * How far somebody gets: to which tools and, by them, to which servers. Asked anew at each request:
 * nothing of it is kept with a session. Thread-safe.
 */
final class Reach {
    private final BiPredicate<Principal, String> mayUse;

    /**
     * @param mayUse whether somebody may see and call the tool of that name
     */
    Reach(BiPredicate<Principal, String> mayUse) {
        this.mayUse = mayUse;
    }

    /** Whether somebody may see and call a tool; there need not be such a tool. */
    boolean tool(Principal who, String name) {
        return mayUse.test(who, name);
    }

    /**
     * The servers whose resources, templates, prompts and completions are somebody's to use: those
     * of which there is a tool that is, and those all of whose tools would be, whatever they were
     * called. So a server that has no tools, or is not up yet, is reached by {@code SERVER_*}.
     */
    List<Backend> servers(Principal who, Catalogue now, List<Backend> all) {
        Set<String> reached = new HashSet<>();
        for (Backend backend : all) {
            if (mayUse.test(who, Names.prefix(backend.name()))) {
                reached.add(backend.name());
            }
        }
        if (reached.size() < all.size()) {
            now.tools()
                    .forEach((name, tool) -> {
                        if (!reached.contains(tool.server()) && mayUse.test(who, name)) {
                            reached.add(tool.server());
                        }
                    });
        }
        return all.stream().filter(backend -> reached.contains(backend.name())).toList();
    }
}
