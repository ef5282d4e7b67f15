package dev.vivace.embedding;

import dev.vivace.answer.AnswerLog;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import dev.vivace.line.Splice;
import dev.vivace.line.UpstreamRequest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One upstream call for the inputs of one or more callers.
 *
 * <p>Its {@link State} is guarded by the gatherer's monitor and decides every race: whoever moves
 * it on first, the answer or the last caller to leave, has the batch. The rest runs without the
 * monitor.
 */
final class Batch {
    /** Where it stands. */
    enum State {
        /** On its way, departed or about to: its inputs can be joined, and it can be cancelled. */
        UNDER_WAY,
        /** Its end is being read: its inputs can be joined, and nothing cancels it any more. */
        LANDING,
        /**
         * Handed out or cancelled: nobody joins, and whatever the upstream still says is nobody's.
         */
        OVER
    }

    /**
     * What an answer may hold for each vector; the longest known are 8,192 numbers of up to 30
     * bytes with their white space.
     */
    private static final long MAX_VECTOR = 512 << 10;

    private static final long MAX_REST = 64 << 10;

    /** What any answer may hold: it is in memory, more than once while it is taken apart. */
    static final long MAX_ANSWER = 64 << 20;

    private static final int MAX_IDS = 16;

    private final Group group;
    private final List<Item> items;
    private final List<Caller> owners;
    private final boolean whole;
    private final Consumer<Batch> ended;
    private final long maxAnswer;
    private final AnswerLog log;
    private final AnswerLog.Reader reader;
    private State state = State.UNDER_WAY;
    private volatile @Nullable Flight flight;
    private volatile Ending.@Nullable Broke cutShort;
    private volatile Optional<byte[]> body = Optional.empty();

    /**
     * @param ended told on whatever thread ends the call, perhaps more than once
     */
    Batch(Group group, List<Item> items, Consumer<Batch> ended) {
        this.group = group;
        this.items = List.copyOf(items);
        this.ended = ended;
        this.owners = items.stream().map(item -> item.owner).distinct().toList();
        this.whole = isWhole(items);
        this.maxAnswer = Math.min(MAX_ANSWER, MAX_REST + items.size() * MAX_VECTOR);
        this.log = new AnswerLog(maxAnswer);
        // From the beginning, so that it can be cancelled before it has departed.
        this.reader = log.read(this::wake).orElseThrow();
    }

    private static boolean isWhole(List<Item> items) {
        Caller first = items.getFirst().owner;
        if (items.size() != first.scan.inputs().size()) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).owner != first || items.get(i).index != i) {
                return false;
            }
        }
        return true;
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

    /** Of the calls that pay for it, for the log; the first of them, where they are many. */
    String ids() {
        return owners.stream()
                .limit(MAX_IDS)
                .map(owner -> owner.call.id())
                .collect(Collectors.joining(", "));
    }

    /** The caller in whose name it goes, with whose headers. */
    Caller leader() {
        return owners.getFirst();
    }

    /**
     * Whether it is one caller's call as it came, so that its bytes can go both ways as they are.
     */
    boolean whole() {
        return whole;
    }

    /** Guarded by the gatherer's monitor. */
    State state() {
        return state;
    }

    /** Guarded by the gatherer's monitor. */
    void state(State next) {
        state = next;
    }

    /** Whether the upstream was asked, so that it will want to be paid. */
    boolean departed() {
        Flight known = flight;
        return known != null && known.attempts() > 0;
    }

    /** Sends it, unless it was cancelled before. */
    void start() {
        if (log.abandoned()) {
            return;
        }
        try {
            Caller leader = leader();
            log.onEnd(this::keepBody);
            var known = new Flight(leader.call, request(leader), log, leader.looked);
            flight = known;
            leader.asked.delivery().start(known);
        } catch (RuntimeException | Error e) {
            Crash.log(ids(), "the start of an upstream call for embeddings", e);
            cutShort(unexpectedly());
        }
    }

    private UpstreamRequest request(Caller leader) {
        var edits =
                new ArrayList<>(Splice.forUpstream(leader.scan.request(), leader.target.model()));
        if (!whole) {
            edits.add(new Splice.Edit(leader.scan.inputStart(), leader.scan.inputEnd(), inputs()));
        }
        return new UpstreamRequest(
                leader.route,
                "POST",
                leader.asked.path(),
                leader.asked.headers(),
                Splice.apply(leader.asked.body(), edits),
                UpstreamRequest.Kind.MODEL);
    }

    private byte[] inputs() {
        var out = new ByteArrayOutputStream();
        out.write('[');
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            items.get(i).writeTo(out);
        }
        out.write(']');
        return out.toByteArray();
    }

    private void keepBody(AnswerLog log) {
        if (log.ending() == AnswerLog.State.COMPLETE) {
            body = log.body();
        }
    }

    private void wake() {
        if (log.state() != AnswerLog.State.OPEN) {
            ended.accept(this);
        } else if (log.written() > maxAnswer) {
            cutShort(tooLarge());
        } else {
            reader.next(); // so that the writer is not held back; the body is taken at the end
        }
    }

    private void cutShort(Ending.Broke why) {
        cutShort = why;
        close();
        ended.accept(this);
    }

    /** Ends the upstream call, if it has not ended. */
    void close() {
        reader.close();
    }

    /** How it ended; megabytes may have to be read for it. */
    Ending ending() {
        Ending known = cutShort;
        return known != null ? known : Ending.of(log, body, items.size(), maxAnswer);
    }

    /** How it ends where a defect of ours ends it. */
    Ending.Broke unexpectedly() {
        return new Ending.Broke(Crash.STATUS, Crash.MESSAGE, Ending.granted(log));
    }

    private Ending.Broke tooLarge() {
        return new Ending.Broke(
                502,
                "The upstream's answer to "
                        + items.size()
                        + " inputs is larger than "
                        + maxAnswer
                        + " bytes, the most that is taken for so many. Ask for fewer at a time, or for"
                        + " encoding_format base64.",
                Ending.granted(log));
    }
}
