package dev.vivace.embedding;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Unpacked;
import dev.vivace.json.JsonException;
import dev.vivace.line.Flight;
import dev.vivace.line.Splice;
import dev.vivace.line.UpstreamRequest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One upstream call for the inputs of one or more callers. */
final class Batch {
    /** How it ended. */
    sealed interface Ending {
        /** With vectors. */
        record Answered(Head head, byte[] body, VectorAnswer vectors) implements Ending {}

        /** With something else that the upstream said. */
        record Said(Head head, byte[] body) implements Ending {
            /** Whether another input might fare better. */
            boolean blamesInput() {
                return head.status() == 400 || head.status() == 413 || head.status() == 422;
            }
        }

        /** Without an answer. */
        record Broke(Failure failure) implements Ending {}
    }

    private static final long MAX_ANSWER = 256 << 20;

    private final Group group;
    private final List<Item> items;
    private final List<Caller> owners;
    private final boolean whole;
    private final Consumer<Batch> landed;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AnswerLog log = new AnswerLog(MAX_ANSWER);
    private volatile AnswerLog.@Nullable Reader reader;
    private volatile Optional<byte[]> body = Optional.empty();

    Batch(Group group, List<Item> items, Consumer<Batch> landed) {
        this.group = group;
        this.items = List.copyOf(items);
        this.landed = landed;
        this.owners = items.stream().map(item -> item.owner).distinct().toList();
        Caller first = items.getFirst().owner;
        this.whole =
                owners.size() == 1 && first.whole() && items.size() == first.scan.inputs().size();
        for (Item item : items) {
            item.batch = this;
        }
    }

    Group group() {
        return group;
    }

    List<Item> items() {
        return items;
    }

    /** The callers whose inputs these are, each once. */
    List<Caller> owners() {
        return owners;
    }

    /**
     * Whether it is one caller's call as it came, so that its bytes can go both ways as they are.
     */
    boolean whole() {
        return whole;
    }

    long weight() {
        return items.stream().mapToInt(Item::weight).sum();
    }

    /** The items of one half of the owners, and of the other. */
    List<List<Item>> halves() {
        List<Caller> some = owners.subList(0, owners.size() / 2);
        var one = new ArrayList<Item>();
        var other = new ArrayList<Item>();
        for (Item item : items) {
            (some.contains(item.owner) ? one : other).add(item);
        }
        return List.of(one, other);
    }

    /** Sends it. */
    void start() {
        Caller first = items.getFirst().owner;
        var edits = new ArrayList<>(Splice.forUpstream(first.scan.request(), first.target.model()));
        if (!whole) {
            edits.add(new Splice.Edit(first.scan.inputStart(), first.scan.inputEnd(), inputs()));
        }
        var request =
                new UpstreamRequest(
                        first.target.upstream(),
                        "POST",
                        first.asked.path(),
                        first.asked.headers(),
                        Splice.apply(first.asked.body(), edits));
        log.onEnd(ended -> body = ended.body());
        reader = log.read(this::wake).orElseThrow();
        first.asked.delivery().start(new Flight(first.call, request, log, first.looked));
    }

    private byte[] inputs() {
        var out = new ByteArrayOutputStream();
        out.write('[');
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(items.get(i).json);
        }
        out.write(']');
        return out.toByteArray();
    }

    private void wake() {
        AnswerLog.Reader own = reader;
        if (own == null) {
            return;
        }
        if (log.state() == AnswerLog.State.OPEN) {
            own.next(); // so that the writer is not held back; the body is taken at the end
        } else if (over.compareAndSet(false, true)) {
            landed.accept(this);
        }
    }

    Ending ending() {
        Head head = log.head().orElse(null);
        if (log.state() == AnswerLog.State.FAILED || head == null) {
            return new Ending.Broke(
                    log.failure()
                            .orElse(
                                    new Failure(
                                            Failure.Kind.BROKEN,
                                            "The upstream's answer broke off.")));
        }
        byte[] raw = body.orElse(new byte[0]);
        if (head.status() != 200) {
            return new Ending.Said(head, raw);
        }
        try {
            byte[] plain =
                    Unpacked.of(head, raw, MAX_ANSWER)
                            .orElseThrow(() ->
                                    new JsonException(
                                            "the answer is too large or oddly packed",
                                            new byte[0],
                                            0));
            return new Ending.Answered(head, raw, VectorAnswer.read(plain, items.size()));
        } catch (JsonException e) {
            return new Ending.Broke(
                    new Failure(
                            Failure.Kind.BROKEN,
                            "The upstream's embeddings cannot be read: " + e.getMessage()));
        }
    }

    /** Ends an upstream call that nobody waits for any more. */
    static void cancelIfUnwanted(Item item, EmbeddingLine.Later later) {
        Batch batch = item.batch;
        if (batch == null || batch.items.stream().anyMatch(Item::wanted)) {
            return;
        }
        later.add(() -> {
            AnswerLog.Reader own = batch.reader;
            if (own != null && batch.over.compareAndSet(false, true)) {
                own.close();
                batch.landed.accept(batch);
            }
        });
    }
}
