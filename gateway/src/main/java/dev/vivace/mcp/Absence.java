package dev.vivace.mcp;

import dev.vivace.config.Names;
import dev.vivace.key.Principal;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import java.util.List;
import java.util.Optional;

/** Why there is no tool of a name, as far as who asks may know it. Thread-safe. */
final class Absence {
    private final Servers servers;
    private final Reach reach;

    Absence(Servers servers, Reach reach) {
        this.servers = servers;
        this.reach = reach;
    }

    /**
     * Its server may never have been up. Else the name nearest to it, of the same server if it
     * names one: a model follows such a hint, and the same tool of another server may be another
     * matter.
     */
    Failed of(Principal who, String name) {
        String none = "There is no tool '" + Rpc.shown(name) + "'";
        Catalogue now = servers.now();
        Optional<Backend> named =
                reach.servers(who, now, servers.all()).stream()
                        .filter(each -> name.startsWith(dev.vivace.mcp.Names.prefix(each.name())))
                        .findFirst();
        Optional<String> down = named.flatMap(Backend::notRunning);
        if (down.isPresent()) {
            return new Failed(Reason.FAILED, none + " yet. " + down.get());
        }
        String of = named.map(each -> dev.vivace.mcp.Names.prefix(each.name())).orElse("");
        List<String> known =
                name.length() > Names.LONGEST
                        ? List.of()
                        : now.tools().keySet().stream()
                                .filter(tool -> tool.startsWith(of) && reach.tool(who, tool))
                                .toList();
        return new Failed(
                Reason.UNKNOWN_TOOL,
                none
                        + Names.nearest(name, known)
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("."));
    }
}
