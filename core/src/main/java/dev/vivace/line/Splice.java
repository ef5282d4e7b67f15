package dev.vivace.line;

import dev.vivace.json.JsonText;
import dev.vivace.request.RequestScan;
import java.io.ByteArrayOutputStream;

/** Changes a body by cutting and pasting bytes; what is not changed stays as it was. */
final class Splice {
    private Splice() {}

    /**
     * The body for the upstream: under the model's name there, without our own member. The same
     * array if nothing changes.
     */
    static byte[] forUpstream(byte[] body, RequestScan scan, String model) {
        boolean rename = !model.equals(scan.model());
        if (!rename && scan.cacheMember().isEmpty()) {
            return body;
        }
        int cutStart = scan.cacheMember().map(RequestScan.CacheMember::start).orElse(body.length);
        int cutEnd = scan.cacheMember().map(RequestScan.CacheMember::end).orElse(body.length);
        var out = new ByteArrayOutputStream(body.length + model.length());
        int at = 0;
        if (rename && scan.modelStart() > cutStart) {
            out.write(body, 0, cutStart);
            at = cutEnd;
        }
        if (rename) {
            out.write(body, at, scan.modelStart() - at);
            out.writeBytes(JsonText.quote(model));
            at = scan.modelEnd();
        }
        if (at <= cutStart) {
            out.write(body, at, cutStart - at);
            at = cutEnd;
        }
        out.write(body, at, body.length - at);
        return out.toByteArray();
    }
}
