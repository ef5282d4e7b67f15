package dev.vivace.line;

import dev.vivace.json.JsonText;
import dev.vivace.request.RequestScan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes a body by cutting and pasting bytes; what is not changed stays as it was. */
public final class Splice {
    /**
     * @param start of what is replaced
     * @param end behind it
     */
    public record Edit(int start, int end, byte[] by) {}

    private Splice() {}

    /** The edits for the upstream: under the model's name there, without our own member. */
    public static List<Edit> forUpstream(RequestScan scan, String model) {
        boolean rename = !model.equals(scan.model());
        if (!rename && scan.cacheMember().isEmpty()) {
            return List.of();
        }
        var edits = new ArrayList<Edit>(2);
        scan.cacheMember()
                .ifPresent(
                        member -> edits.add(new Edit(member.start(), member.end(), new byte[0])));
        if (rename) {
            edits.add(new Edit(scan.modelStart(), scan.modelEnd(), JsonText.quote(model)));
        }
        return edits;
    }

    /** How long the body is with edits made. */
    static long length(byte[] body, List<Edit> edits) {
        long length = body.length;
        for (Edit edit : edits) {
            length += edit.by().length - (edit.end() - edit.start());
        }
        return length;
    }

    /**
     * The body with edits made, in parts that share its memory.
     *
     * @param edits which do not overlap
     */
    static List<ByteBuffer> parts(byte[] body, List<Edit> edits) {
        if (edits.isEmpty()) {
            return List.of(ByteBuffer.wrap(body));
        }
        var parts = new ArrayList<ByteBuffer>(2 * edits.size() + 1);
        int at = 0;
        for (Edit edit : edits.stream().sorted(Comparator.comparingInt(Edit::start)).toList()) {
            parts.add(ByteBuffer.wrap(body, at, edit.start() - at));
            parts.add(ByteBuffer.wrap(edit.by()));
            at = edit.end();
        }
        parts.add(ByteBuffer.wrap(body, at, body.length - at));
        return parts;
    }

    /** The body with edits made; the same array if there are none. */
    public static byte[] apply(byte[] body, List<Edit> edits) {
        if (edits.isEmpty()) {
            return body;
        }
        var out = ByteBuffer.allocate(Math.toIntExact(length(body, edits)));
        parts(body, edits).forEach(out::put);
        return out.array();
    }
}
