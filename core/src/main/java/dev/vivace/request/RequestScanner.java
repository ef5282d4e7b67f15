package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.answer.Protocol;
import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import dev.vivace.request.RequestScan.CacheMember;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one pass over a model call's body: checks it, finds what the phases need and digests what it
 * means.
 *
 * <p>Only {@code stream}, {@code stream_options}, {@code user} and {@code metadata} cannot change
 * an answer and stay out of the digest; a field that nobody knows yet is in it. Keeps its buffers;
 * not thread-safe.
 */
public final class RequestScanner {
    private static final byte[] MODEL = name("model");
    private static final byte[] MESSAGES = name("messages");
    private static final byte[] STREAM = name("stream");
    private static final byte[] STREAM_OPTIONS = name("stream_options");
    private static final byte[] USER = name("user");
    private static final byte[] METADATA = name("metadata");
    private static final byte[] TEMPERATURE = name("temperature");
    private static final byte[] SEED = name("seed");
    private static final byte[] INPUT = name("input");
    private static final byte[] CACHE = name("cache");
    private static final byte[] NO_SECRET = new byte[0];

    private final IntSupplier maxMessages;
    private final MeaningDigest digest = new MeaningDigest();
    private final Sampling sampling = new Sampling();
    private final ProviderSide provider = new ProviderSide();
    private final OutputBound bound = new OutputBound();
    private final EmbeddingInputs inputs = new EmbeddingInputs();

    private String lastModel = "";
    private byte[] lastModelBytes = {};
    private @Nullable String model;
    private int modelStart;
    private int modelEnd;
    private boolean messages;
    private boolean stream;
    private boolean wantsUsage;
    private boolean otherModels;
    private @Nullable CacheMember cacheMember;
    private boolean first;
    private int seen;
    private boolean embedding;
    private boolean digestWanted;

    /** Of bodies with any number of messages. */
    public RequestScanner() {
        this(() -> Integer.MAX_VALUE);
    }

    /**
     * @param maxMessages most messages of a body, asked for with every body
     */
    public RequestScanner(IntSupplier maxMessages) {
        this.maxMessages = maxMessages;
    }

    /**
     * Scans a body.
     *
     * <p>Whether anybody will want the digest is only known when all is read, and hashing is most
     * of the work; so it guesses that the next request will be as the last was.
     *
     * @throws JsonException if it cannot be read, with the place
     * @throws TooManyMessages if it has more than are allowed
     */
    public RequestScan scan(byte[] body, Protocol protocol) {
        boolean digesting = digestWanted;
        digestWanted = false;
        return scanModelCall(body, protocol, digesting);
    }

    /** The digest of the body that was scanned last, which is read again if the guess was wrong. */
    public byte[] digest(RequestScan scan, byte[] body, Protocol protocol) {
        digestWanted = true;
        return scan.digest().or(() -> scanModelCall(body, protocol, true).digest()).orElseThrow();
    }

    private RequestScan scanModelCall(byte[] body, Protocol protocol, boolean digesting) {
        RequestScan scan = scan(body, protocol, false, digesting);
        if (!messages && protocol != Protocol.RESPONSES) {
            throw new JsonException("'messages' is missing", body, body.length);
        }
        return scan;
    }

    /**
     * Scans the body of an embedding call; its inputs stay out of the digest and get one each.
     *
     * @throws JsonException if it cannot be read, with the place
     */
    public EmbeddingScan scanEmbedding(byte[] body) {
        RequestScan scan = scan(body, Protocol.CHAT, true, true);
        if (!inputs.found()) {
            throw new JsonException("'input' is missing", body, body.length);
        }
        return inputs.scan(scan);
    }

    private RequestScan scan(
            byte[] body, Protocol protocol, boolean ofEmbedding, boolean digesting) {
        clear(protocol, ofEmbedding);
        digest.reset(digesting);
        var reader = new JsonReader(body);
        if (body.length == 0) {
            throw reader.fail("the body is empty, expected a JSON object");
        }
        reader.beginObject();
        int begin = digest.beginObject();
        while (reader.nextMember()) {
            member(reader, body);
            first = false;
        }
        digest.endObject(begin, body);
        reader.end();
        String found = model;
        if (found == null) {
            throw new JsonException("'model' is missing", body, body.length);
        }
        return new RequestScan(
                found,
                modelStart,
                modelEnd,
                stream,
                wantsUsage,
                sampling.fixed() && !provider.looksUp(),
                !provider.keeps(),
                bound.tokens(),
                bound.choices(),
                otherModels,
                digesting ? Optional.of(digest.finish(NO_SECRET)) : Optional.empty(),
                Optional.ofNullable(cacheMember));
    }

    private void clear(Protocol protocol, boolean ofEmbedding) {
        sampling.clear();
        provider.clear(protocol);
        bound.clear(protocol);
        inputs.clear();
        embedding = ofEmbedding;
        model = null;
        cacheMember = null;
        first = true;
        seen = 0;
        messages = stream = wantsUsage = otherModels = false;
    }

    private void member(JsonReader reader, byte[] body) {
        int length = reader.textEnd() - reader.textStart();
        MemberNames.check(reader, body);
        switch (length) {
            case 4 -> {
                if (reader.nameIs(SEED)) {
                    sampling.seed(reader, body, digest);
                    return;
                }
                if (reader.nameIs(USER)) {
                    once(1, reader, body);
                    digest.skip(reader, body);
                    return;
                }
            }
            case 5 -> {
                if (reader.nameIs(MODEL)) {
                    model(reader, body);
                    return;
                }
                if (ProviderSide.isTools(reader)) {
                    provider.tools(reader, body, digest);
                    return;
                }
                if (reader.nameIs(INPUT)) {
                    if (embedding) {
                        once(32, reader, body);
                        inputs.read(reader, body);
                        return;
                    }
                    if (reader.peek() == '[') {
                        messages("input", reader, body);
                        return;
                    }
                }
                if (reader.nameIs(CACHE)) {
                    once(16, reader, body);
                    cache(reader, body);
                    return;
                }
            }
            case 6 -> {
                if (reader.nameIs(STREAM)) {
                    once(2, reader, body);
                    stream = Values.flag(reader, "stream");
                    return;
                }
            }
            case 8 -> {
                if (reader.nameIs(MESSAGES)) {
                    if (reader.peek() != '[') {
                        throw reader.fail("'messages' must be an array");
                    }
                    messages = true;
                    messages("messages", reader, body);
                    return;
                } else if (reader.nameIs(METADATA)) {
                    once(4, reader, body);
                    digest.skip(reader, body);
                    return;
                }
            }
            case 1, 10, 17, 21 -> {
                if (bound.is(reader)) {
                    bound.read(reader, body, digest);
                    return;
                }
            }
            case 11 -> {
                if (reader.nameIs(TEMPERATURE)) {
                    sampling.temperature(reader, body, digest);
                    return;
                }
            }
            case 14 -> {
                if (reader.nameIs(STREAM_OPTIONS)) {
                    once(8, reader, body);
                    streamOptions(reader, body);
                    return;
                }
            }
            default -> {}
        }
        provider.see(reader);
        otherModels |= OtherModels.named(reader);
        digest.member(reader, body);
    }

    /** As the digest does it, and counted. */
    private void messages(String name, JsonReader reader, byte[] body) {
        int most = maxMessages.getAsInt();
        digest.memberName(reader, body);
        int begin = digest.beginArray();
        reader.beginArray();
        for (int count = 1; reader.nextElement(); count++) {
            if (count > most) {
                throw new TooManyMessages(name, most);
            }
            digest.value(reader, body);
            digest.endElement(begin);
        }
        digest.endArray(begin);
    }

    /** The digest notices duplicates of everything that it sees; these it does not see. */
    private void once(int bit, JsonReader reader, byte[] body) {
        if ((seen & bit) != 0) {
            throw MeaningDigest.duplicate(reader, body);
        }
        seen |= bit;
    }

    private void model(JsonReader reader, byte[] body) {
        digest.memberName(reader, body);
        if (reader.peek() != '"') {
            throw reader.fail("'model' must be a string");
        }
        modelStart = reader.offset();
        digest.value(reader, body);
        modelEnd = reader.offset();
        model = modelName(reader);
        if (reader.textEnd() == reader.textStart()) {
            throw reader.fail("'model' must not be empty");
        }
    }

    /** Most requests name the model that the last one named: one string for all of them. */
    private String modelName(JsonReader reader) {
        if (!reader.nameIs(lastModelBytes)) {
            lastModel = reader.text();
            lastModelBytes = lastModel.getBytes(UTF_8);
        }
        return lastModel;
    }

    private void streamOptions(JsonReader reader, byte[] body) {
        boolean object = reader.peek() == '{';
        int from = reader.offset();
        digest.skip(reader, body);
        if (!object) {
            return;
        }
        var options = new JsonReader(body, from, reader.offset());
        options.beginObject();
        while (options.nextMember()) {
            if (options.text().equals("include_usage")) {
                wantsUsage = Values.flag(options, "stream_options.include_usage");
            } else {
                options.skipValue();
            }
        }
    }

    private void cache(JsonReader reader, byte[] body) {
        int nameStart = reader.textStart() - 1;
        if (reader.peek() != '{') {
            // Not LiteLLM's form: somebody else's field, and it stays where it is.
            digest.member(reader, body);
            return;
        }
        int from = reader.offset();
        digest.skip(reader, body);
        cacheMember = CacheMemberReader.read(body, nameStart, from, reader.offset(), first);
    }

    private static byte[] name(String name) {
        return name.getBytes(US_ASCII);
    }
}
