package dev.vivace.key;

import dev.vivace.cache.Invalidation;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who asks.
 *
 * @param tenant nobody sees what is another tenant's; never a credential
 * @param key the client key that was shown; empty where none is needed
 * @param priority of this call
 */
public record Principal(String tenant, Optional<VirtualKey> key, Priority priority) {
    /** The tenant of everybody who may use an upstream's configured key without one of ours. */
    public static final Principal LOCAL = named("local");

    /** Who was refused before it was known who asks. */
    public static final Principal NOBODY = named("");

    /** Who has no key of ours. */
    public static Principal named(String tenant) {
        return new Principal(tenant, Optional.empty(), Priority.NORMAL);
    }

    public Principal with(Priority other) {
        return other == priority ? this : new Principal(tenant, key, other);
    }

    /** The client key's public name; empty if there is none. */
    public String keyId() {
        return key.map(VirtualKey::id).orElse("");
    }

    /** Whose answers this one may be given: a name that no other tenant's is equal to. */
    public String sharing() {
        return key.filter(own -> own.scope() == VirtualKey.Scope.KEY)
                .map(own -> tenant + '\n' + own.id())
                .orElse(tenant);
    }

    /**
     * Why this one may not ask for a model: a sentence for the client; empty if it may.
     *
     * @param model as the client names it; empty if it named none
     */
    public Optional<String> refuses(String model) {
        return key.filter(own -> !own.models().isEmpty() && !own.models().contains(model))
                .map(own ->
                        "The model '"
                                + KeyTerms.shown(model)
                                + "' is not allowed with this key; allowed: "
                                + own.models().stream().sorted().collect(Collectors.joining(", "))
                                + ".");
    }

    /**
     * Whether this one may see and call a tool; quick.
     *
     * @param tool the name under which it is offered; there need not be such a tool
     */
    public boolean mayCall(String tool) {
        return key.map(VirtualKey::tools)
                .filter(patterns -> !patterns.isEmpty())
                .map(patterns ->
                        patterns.stream().anyMatch(each -> Invalidation.matches(each, tool)))
                .orElse(true);
    }
}
