package dev.vivace.tool;

/** Who may call what. Thread-safe; asked before every call, and so quick. */
@FunctionalInterface
public interface ToolAccess {
    /** Everybody may call everything. */
    ToolAccess EVERYBODY = (principal, tool) -> true;

    /**
     * Whether it may; what this throws means no.
     *
     * @param tool a name as a caller gave it: there need not be such a tool
     */
    boolean mayCall(String principal, String tool);
}
