package dev.vivace.mcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What all servers have, at one time, in their configured order. Immutable.
 *
 * @param tools by the names under which they are offered
 * @param prompts likewise
 * @param resources by their addresses, which stay as they are; of two servers with the same, the
 *     first has it
 * @param templates likewise
 */
record Catalogue(
        Map<String, McpTool> tools,
        Map<String, Thing> prompts,
        Map<String, Thing> resources,
        Map<String, Thing> templates) {
    /**
     * Something of one server.
     *
     * @param name as its server calls it
     * @param listed as clients are told of it
     */
    record Thing(Backend backend, String name, ObjectNode listed) {}

    static final Catalogue EMPTY = new Catalogue(Map.of(), Map.of(), Map.of(), Map.of());

    /**
     * What they have now.
     *
     * @param before what is the same still is kept, so that what is known of it stays known
     */
    static Catalogue of(List<Backend> backends, Catalogue before, Names tools, Names prompts) {
        var toolsNow = new LinkedHashMap<String, McpTool>();
        var promptsNow = new LinkedHashMap<String, Thing>();
        var resources = new LinkedHashMap<String, Thing>();
        var templates = new LinkedHashMap<String, Thing>();
        for (Backend backend : backends) {
            for (ObjectNode said : backend.list(Kind.TOOLS)) {
                tools.of(backend.name(), name(said))
                        .ifPresent(name -> {
                            McpTool known = before.tools.get(name);
                            toolsNow.put(
                                    name,
                                    known != null && known.is(backend, said)
                                            ? known
                                            : new McpTool(backend, name, said));
                        });
            }
            for (ObjectNode said : backend.list(Kind.PROMPTS)) {
                prompts.of(backend.name(), name(said))
                        .ifPresent(name -> {
                            ObjectNode listed = Rpc.copy(said);
                            listed.put("name", name);
                            promptsNow.put(name, new Thing(backend, name(said), listed));
                        });
            }
            things(backend, Kind.RESOURCES, resources);
            things(backend, Kind.TEMPLATES, templates);
        }
        return new Catalogue(toolsNow, promptsNow, resources, templates);
    }

    private static String name(ObjectNode said) {
        return said.path("name").asString();
    }

    private static void things(Backend backend, Kind kind, Map<String, Thing> to) {
        for (ObjectNode said : backend.list(kind)) {
            String key = said.path(kind.key).asString();
            to.putIfAbsent(key, new Thing(backend, key, said));
        }
    }

    Optional<McpTool> tool(String name) {
        return Optional.ofNullable(tools.get(name));
    }

    Optional<Thing> prompt(String name) {
        return Optional.ofNullable(prompts.get(name));
    }

    /**
     * Who may have the resource at an address: whose list has it; else whose template it fits, the
     * longest beginning first; else all, since a server need not list what it has.
     *
     * @param all that there are for whoever asks: what others have is as if it were nowhere
     */
    List<Backend> ownersOf(String uri, List<Backend> all) {
        Thing listed = resources.get(uri);
        if (listed != null && all.contains(listed.backend)) {
            return List.of(listed.backend);
        }
        var owners = new ArrayList<Backend>();
        templates.entrySet().stream()
                .filter(template -> fits(uri, beginning(template.getKey())))
                .sorted((a, b) ->
                        Integer.compare(
                                beginning(b.getKey()).length(), beginning(a.getKey()).length()))
                .map(template -> template.getValue().backend)
                .filter(all::contains)
                .distinct()
                .forEach(owners::add);
        all.stream()
                .filter(backend -> !owners.contains(backend) && backend.has("resources"))
                .forEach(owners::add);
        return owners;
    }

    /** One that begins with a variable says nothing: all would fit it. */
    private static boolean fits(String uri, String beginning) {
        return !beginning.isEmpty() && uri.startsWith(beginning);
    }

    /** What stands before the first variable. */
    private static String beginning(String template) {
        int variable = template.indexOf('{');
        return variable < 0 ? template : template.substring(0, variable);
    }
}
