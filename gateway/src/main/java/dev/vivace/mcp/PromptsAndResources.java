package dev.vivace.mcp;

import dev.vivace.key.Principal;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The prompts and resources of all servers, and the completions of what is typed into them: finds
 * the server that is to be asked, among those that whoever asks may reach. Thread-safe.
 */
final class PromptsAndResources {
    private final Servers servers;
    private final Reach reach;

    PromptsAndResources(Servers servers, Reach reach) {
        this.servers = servers;
        this.reach = reach;
    }

    /** What somebody gets to see of the things of all servers. */
    Stream<ObjectNode> list(Principal who, Function<Catalogue, Map<String, Catalogue.Thing>> things)
            throws InterruptedException {
        Catalogue catalogue = servers.started();
        List<Backend> reached = reached(who, catalogue);
        return things.apply(catalogue).values().stream()
                .filter(thing -> reached.contains(thing.backend()))
                .map(Catalogue.Thing::listed);
    }

    private List<Backend> reached(Principal who, Catalogue catalogue) {
        return reach.servers(who, catalogue, servers.all());
    }

    /** Reads a resource, of the first server that has it. */
    JsonNode read(
            Principal who,
            Questions.Asked to,
            ObjectNode params,
            Optional<Consumer<ObjectNode>> progress)
            throws RpcException, InterruptedException {
        String uri = Rpc.text(params, "uri");
        Catalogue catalogue = servers.started();
        RpcException refused =
                new RpcException(
                        McpSchema.ErrorCodes.RESOURCE_NOT_FOUND,
                        "No server has the resource '" + Rpc.shown(uri) + "'.");
        boolean wasDown = false;
        for (Backend owner : catalogue.ownersOf(uri, reached(who, catalogue))) {
            try {
                return to.ask(owner, McpSchema.METHOD_RESOURCES_READ, passed(params), progress);
            } catch (RpcException e) {
                refused = wasDown ? refused : e; // perhaps the next one has it
            } catch (IOException | TimeoutException e) {
                wasDown = true; // and may have it: that is what the client must know then
                refused = new RpcException(Requests.SERVER_ERROR, String.valueOf(e.getMessage()));
            }
        }
        throw refused;
    }

    /** Gets a prompt. */
    JsonNode prompt(
            Principal who,
            Questions.Asked to,
            ObjectNode params,
            Optional<Consumer<ObjectNode>> progress)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        Catalogue.Thing prompt = named(who, Rpc.text(params, "name"));
        ObjectNode asked = passed(params);
        asked.put("name", prompt.name());
        return to.ask(prompt.backend(), McpSchema.METHOD_PROMPT_GET, asked, progress);
    }

    private Catalogue.Thing named(Principal who, String name)
            throws RpcException, InterruptedException {
        Catalogue catalogue = servers.started();
        List<Backend> reached = reached(who, catalogue);
        return catalogue
                .prompt(name)
                .filter(prompt -> reached.contains(prompt.backend()))
                .orElseThrow(
                        () -> RpcException.wrong("There is no prompt '" + Rpc.shown(name) + "'."));
    }

    /** Completes what is typed into a prompt or a resource template. */
    JsonNode complete(Principal who, Questions.Asked to, ObjectNode params)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        JsonNode ref = params.path("ref");
        ObjectNode asked = passed(params);
        Backend owner;
        if (ref.path("type").asString("").equals("ref/prompt")) {
            Catalogue.Thing prompt = named(who, ref.path("name").asString(""));
            ((ObjectNode) asked.get("ref")).put("name", prompt.name());
            owner = prompt.backend();
        } else {
            String uri = ref.path("uri").asString("");
            Catalogue catalogue = servers.started();
            List<Backend> reached = reached(who, catalogue);
            owner =
                    Optional.ofNullable(catalogue.templates().get(uri))
                            .or(() -> Optional.ofNullable(catalogue.resources().get(uri)))
                            .map(Catalogue.Thing::backend)
                            .filter(reached::contains)
                            .orElseThrow(() ->
                                    RpcException.wrong(
                                            "There is no resource template '"
                                                    + Rpc.shown(uri)
                                                    + "'."));
        }
        return to.ask(owner, McpSchema.METHOD_COMPLETION_COMPLETE, asked, Optional.empty());
    }

    /** The client's own token means nothing to a server. */
    private static ObjectNode passed(ObjectNode params) {
        ObjectNode passed = params.deepCopy();
        ToolCalls.meta(params)
                .ifPresentOrElse(meta -> passed.set("_meta", meta), () -> passed.remove("_meta"));
        return passed;
    }
}
