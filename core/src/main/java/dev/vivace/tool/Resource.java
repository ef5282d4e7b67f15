package dev.vivace.tool;

import java.util.ArrayList;
import java.util.List;

/**
 * What a tool reads or writes: a place in a tree, such as a file, a table or a URL. A place stands
 * for all that is below it.
 *
 * <p>Resources of different spaces have nothing to do with each other. Links, mounts and names that
 * a system does not tell apart by case are not known here: a tool whose paths may be such declares
 * the place above them.
 *
 * @param space the kind of tree, such as {@code file} or {@code table}; {@code *} is everything
 *     there is
 * @param path from the root down; empty for all of the space
 */
public record Resource(String space, List<String> path) {
    private static final String ANY = "*";

    /** All resources of all spaces. */
    public static final Resource EVERYTHING = new Resource(ANY, List.of());

    /** Where a relative path begins that leads to nobody knows where. */
    private static final String HERE = ".";

    public Resource {
        if (space.isEmpty()) {
            throw new IllegalArgumentException("a resource needs a space");
        }
        path = List.copyOf(path);
    }

    public static Resource of(String space, String... path) {
        return new Resource(space, List.of(path));
    }

    /**
     * A file or directory, by a path with slashes. Empty parts and dots are left out, and {@code
     * ..} leads up, so that {@code a}, {@code ./a} and {@code b/../a} are the same. Whatever leads
     * up beyond the beginning of a relative path is all files there are.
     */
    public static Resource file(String text) {
        var parts = new ArrayList<String>();
        boolean absolute = text.startsWith("/");
        for (String part : text.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> {
                    if (parts.isEmpty() && !absolute) {
                        return of("file");
                    }
                    if (!parts.isEmpty()) {
                        parts.removeLast();
                    }
                }
                default -> parts.add(part);
            }
        }
        if (!absolute) {
            parts.addFirst(HERE);
        }
        return new Resource("file", parts);
    }

    /** Whether something may be part of both: one is the other, or lies above it. */
    public boolean overlaps(Resource other) {
        if (space.equals(ANY) || other.space.equals(ANY)) {
            return true;
        }
        return space.equals(other.space) && (mixed(other) || begins(path, other.path));
    }

    /** Where a relative path begins is unknown: any absolute one may lie above or below. */
    private boolean mixed(Resource other) {
        return !path.isEmpty()
                && !other.path.isEmpty()
                && path.getFirst().equals(HERE) != other.path.getFirst().equals(HERE)
                && space.equals("file");
    }

    private static boolean begins(List<String> a, List<String> b) {
        int shared = Math.min(a.size(), b.size());
        for (int i = 0; i < shared; i++) {
            if (!a.get(i).equals(b.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return space + ":" + String.join("/", path);
    }
}
