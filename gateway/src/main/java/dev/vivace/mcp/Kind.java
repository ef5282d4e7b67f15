package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema;

/** What servers have lists of. */
enum Kind {
    TOOLS(McpSchema.METHOD_TOOLS_LIST, "tools", "tools", "name"),
    RESOURCES(McpSchema.METHOD_RESOURCES_LIST, "resources", "resources", "uri"),
    TEMPLATES(
            McpSchema.METHOD_RESOURCES_TEMPLATES_LIST,
            "resourceTemplates",
            "resources",
            "uriTemplate"),
    PROMPTS(McpSchema.METHOD_PROMPT_LIST, "prompts", "prompts", "name");

    /** How a list is asked for. */
    final String method;

    /** The member of the answer that holds it. */
    final String member;

    /** What a server that has such lists says that it can. */
    final String capability;

    /** What tells its elements apart. */
    final String key;

    Kind(String method, String member, String capability, String key) {
        this.method = method;
        this.member = member;
        this.capability = capability;
        this.key = key;
    }

    /** What is told when a list has changed. */
    String changed() {
        return "notifications/" + capability + "/list_changed";
    }
}
