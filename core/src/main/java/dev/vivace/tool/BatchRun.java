package dev.vivace.tool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One batch while it runs. Each call waits for those before it with which it conflicts, and for
 * those whose results it needs; of a call whose arguments are not known yet, neither are its
 * effects, so that it counts as doing all that its tool may do. Of the calls that may run, those go
 * first on which the longest chain of others waits.
 *
 * <p>{@code Program order} is that of the batch, but for calls that refer to later ones, which come
 * behind these. The lock guards all; it is never held while a tool or the line runs. A tool that
 * does not listen when its time is over still holds back those that conflict with it, while its
 * outcome is there and its place is free.
 */
final class BatchRun {
    private static final ToolOutcome CIRCLE =
            new ToolOutcome.Failed(
                    ToolOutcome.Reason.BAD_ARGUMENTS,
                    "Its arguments refer in a circle, where no result can come first.");
    private static final int LONGEST_MESSAGE = 1_000;
    private static final int ENTERED = 1;
    private static final int PLACED = 2;
    private static final int CIRCULAR = 3;

    /** A call and how far it is. */
    private static final class Member {
        final int number;
        final PlannedCall call;
        final List<Integer> needs;

        /** In program order. */
        int position;

        /** Positions of those before it that must have ended. */
        final BitSet waitsFor = new BitSet();

        /** How many of those that it needs have no outcome yet. */
        int needed;

        double level;
        Prepared.@Nullable Ready ready;

        /** What it may do as long as its arguments are not known. */
        Effects atMost = Effects.UNKNOWN;

        boolean begun;
        boolean released;
        @Nullable ToolOutcome outcome;

        /** The one because of which it was not made, if that is another. */
        @Nullable Member cause;

        @Nullable Thread thread;

        Member(int number, PlannedCall call) {
            this.number = number;
            this.call = call;
            this.needs = call.needs().stream().distinct().toList();
            this.needed = needs.size();
        }

        String called() {
            return "call " + (number + 1) + " (" + ShortText.of(call.tool()) + ")";
        }

        Effects effects() {
            return ready == null ? atMost : ready.effects();
        }

        /** Whether the later one must wait until this one has ended. */
        boolean holdsBack(Member later) {
            return later.call.after().contains(number) || effects().conflicts(later.effects());
        }
    }

    private final BatchOptions options;
    private final CallLine line;
    private final Durations durations;
    private final ToolContext context;
    private final List<Member> members = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allEnded = lock.newCondition();
    private final PriorityQueue<Member> runnable =
            new PriorityQueue<>(
                    Comparator.comparingDouble((Member member) -> -member.level)
                            .thenComparingInt(member -> member.position));
    private List<Member> program = List.of();
    private boolean connected;
    private int running;
    private int left;

    BatchRun(
            List<? extends PlannedCall> calls,
            BatchOptions options,
            CallLine line,
            Durations durations) {
        this.options = options;
        this.line = line;
        this.durations = durations;
        this.context = new ToolContext(options.principal(), options.timeout());
        for (PlannedCall call : calls) {
            members.add(new Member(members.size(), call));
        }
        left = members.size();
    }

    void start() {
        order();
        for (Member member : program) {
            if (!member.needs.isEmpty()) {
                member.atMost = atMost(member.call.tool());
            } else if (member.outcome == null) {
                resolve(List.of(member));
            }
        }
        lock.lock();
        try {
            connect();
            connected = true;
            program.forEach(this::offer);
            runMore();
        } finally {
            lock.unlock();
        }
    }

    // ---- who waits for whom

    /** Program order; whoever waits for himself in it has failed. */
    private void order() {
        var sorted = new ArrayList<Member>(members.size());
        var state = new int[members.size()];
        for (Member member : members) {
            place(member, state, sorted);
        }
        program = sorted;
        for (int i = 0; i < sorted.size(); i++) {
            sorted.get(i).position = i;
        }
        lock.lock();
        try {
            for (Member member : members) {
                if (state[member.number] == CIRCULAR) {
                    var unused = deliver(member, CIRCLE); // who needs it is in it
                    release(member);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Depth first: what it needs comes before it. Whether it is part of a circle, or needs one. */
    private boolean place(Member member, int[] state, List<Member> to) {
        switch (state[member.number]) {
            case ENTERED, CIRCULAR -> {
                return true;
            }
            case PLACED -> {
                return false;
            }
            default -> {}
        }
        state[member.number] = ENTERED;
        boolean circular = false;
        for (int need : member.needs) {
            circular |= place(members.get(need), state, to);
        }
        for (int before : member.call.after()) {
            circular |= place(members.get(before), state, to);
        }
        state[member.number] = circular ? CIRCULAR : PLACED;
        to.add(member);
        return circular;
    }

    private void connect() {
        for (Member later : program) {
            for (int i = 0; i < later.position && later.outcome == null; i++) {
                Member earlier = program.get(i);
                if (!earlier.released && earlier.holdsBack(later)) {
                    later.waitsFor.set(i);
                }
            }
        }
        for (int i = program.size() - 1; i >= 0; i--) {
            Member member = program.get(i);
            member.level += durations.expect(member.call.tool());
            int from = i;
            member.waitsFor.stream().forEach(before -> raise(program.get(before), from));
            member.needs.forEach(need -> raise(members.get(need), from));
        }
    }

    private void raise(Member before, int position) {
        before.level = Math.max(before.level, program.get(position).level);
    }

    /**
     * What a call does is known now: with some before and behind it, it has nothing to do. If it
     * does more than its tool said of itself, it has to do with more of them.
     *
     * @return whether one behind it has begun that should have waited for it
     */
    private boolean reconsider(Member known) {
        if (overtaken(known)) {
            return true;
        }
        for (int i = 0; i < known.position; i++) {
            Member earlier = program.get(i);
            if (!earlier.released && earlier.holdsBack(known)) {
                known.waitsFor.set(i);
            }
        }
        for (int i = known.waitsFor.nextSetBit(0); i >= 0; i = known.waitsFor.nextSetBit(i + 1)) {
            if (!program.get(i).holdsBack(known)) {
                known.waitsFor.clear(i);
            }
        }
        for (int i = known.position + 1; i < program.size(); i++) {
            Member later = program.get(i);
            if (!known.holdsBack(later)) {
                later.waitsFor.clear(known.position);
                offer(later);
            } else if (!later.begun) {
                later.waitsFor.set(known.position);
            }
        }
        offer(known);
        return false;
    }

    private boolean overtaken(Member known) {
        return program.subList(known.position + 1, program.size()).stream()
                .anyMatch(later -> later.begun && known.holdsBack(later));
    }

    // ---- how a call goes

    private Effects atMost(String tool) {
        try {
            return Objects.requireNonNullElse(line.atMost(tool), Effects.UNKNOWN);
        } catch (RuntimeException | Error e) {
            return Effects.UNKNOWN;
        }
    }

    /** Looks at a call whose arguments are known; not under the lock. */
    private List<Member> prepare(Member member, ObjectNode arguments) {
        ToolCall call = new ToolCall(member.call.id(), member.call.tool(), arguments);
        return switch (line.prepare(call, options.principal())) {
            case Prepared.Ready ready -> known(member, ready);
            case Prepared.Refused refused -> ended(member, refused.why());
        };
    }

    private List<Member> known(Member member, Prepared.Ready ready) {
        lock.lock();
        try {
            member.ready = ready;
            if (!connected || !reconsider(member)) {
                runMore();
                return List.of();
            }
        } finally {
            lock.unlock();
        }
        return fail(
                member,
                ToolOutcome.Reason.FAILED,
                "With these arguments it does more than its tool says that it ever does, and a later"
                        + " call that should have waited for it has begun. It was not made.");
    }

    private void offer(Member member) {
        if (member.ready != null
                && member.waitsFor.isEmpty()
                && !member.begun
                && member.outcome == null) {
            member.begun = true;
            runnable.add(member);
        }
    }

    private void runMore() {
        while (running < options.concurrency()) {
            Member next = runnable.poll();
            if (next == null) {
                return;
            }
            if (next.outcome == null) {
                running++;
                next.thread = Thread.ofVirtual().name("tool").unstarted(() -> run(next));
                next.thread.start();
            }
        }
    }

    private void run(Member member) {
        long begun = System.nanoTime();
        ToolOutcome outcome;
        try {
            Prepared.Ready ready = Objects.requireNonNull(member.ready);
            outcome =
                    new Tries(line, ready, context, options.skipCache(), () -> released(member))
                            .run(member.call);
        } catch (RuntimeException | Error e) {
            outcome = new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, String.valueOf(e));
            released(member);
        }
        durations.took(member.call.tool(), System.nanoTime() - begun);
        List<Member> known;
        lock.lock();
        try {
            member.thread = null;
            running--;
            known = deliver(member, outcome);
            runMore();
        } finally {
            lock.unlock();
        }
        resolve(known);
    }

    private List<Member> fail(Member member, ToolOutcome.Reason why, String message) {
        return ended(member, new ToolOutcome.Failed(why, cut(message)));
    }

    private static String cut(String message) {
        return message.length() > LONGEST_MESSAGE
                ? message.substring(0, LONGEST_MESSAGE) + "..."
                : message;
    }

    /**
     * It ended without being made; not under the lock.
     *
     * @return those that needed no other than this one, to be resolved
     */
    private List<Member> ended(Member member, ToolOutcome outcome) {
        lock.lock();
        try {
            List<Member> known = deliver(member, outcome);
            release(member);
            runMore();
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** Sets the outcome; those that needed no other than this one. */
    private List<Member> deliver(Member member, ToolOutcome outcome) {
        if (member.outcome != null) {
            return List.of();
        }
        member.outcome = outcome;
        left--;
        if (left == 0) {
            allEnded.signalAll();
        }
        var known = new ArrayList<Member>();
        for (Member other : members) {
            if (other.outcome == null && other.needs.contains(member.number)) {
                other.needed--;
                if (other.needed == 0) {
                    known.add(other);
                }
            }
        }
        return known;
    }

    private void released(Member member) {
        lock.lock();
        try {
            release(member);
            runMore();
        } finally {
            lock.unlock();
        }
    }

    private void release(Member member) {
        if (member.released) {
            return;
        }
        member.released = true;
        for (int i = member.position + 1; i < program.size(); i++) {
            Member later = program.get(i);
            if (later.waitsFor.get(member.position)) {
                later.waitsFor.clear(member.position);
                offer(later);
            }
        }
    }

    /** All that these need has come; not under the lock. */
    private void resolve(List<Member> known) {
        // No recursion: of a long chain each may fail because the one before it did.
        var open = new ArrayDeque<>(known);
        while (!open.isEmpty()) {
            open.addAll(resolve(open.remove()));
        }
    }

    private List<Member> resolve(Member member) {
        for (int need : member.needs) {
            Member needed = members.get(need);
            if (failed(needed)) {
                member.cause = needed.cause == null ? needed : needed.cause;
                return fail(member, ToolOutcome.Reason.DEPENDENCY, because(needed, member.cause));
            }
        }
        try {
            return prepare(
                    member, member.call.arguments(number -> result(members.get(number)).value()));
        } catch (ResultPath.Dangling e) {
            return fail(member, ToolOutcome.Reason.BAD_ARGUMENTS, String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            return fail(
                    member,
                    ToolOutcome.Reason.FAILED,
                    "It could not be looked at: "
                            + (e instanceof RuntimeException ? e.getMessage() : e));
        }
    }

    private static boolean failed(Member needed) {
        return needed.outcome instanceof ToolOutcome.Failed
                || (needed.outcome instanceof ToolOutcome.Done done && done.result().error());
    }

    private static String because(Member needed, Member cause) {
        String why =
                cause.outcome instanceof ToolOutcome.Failed failed ? ": " + failed.message() : ".";
        return "It needs the result of "
                + needed.called()
                + (needed == cause
                        ? ", which failed"
                        : ", which was not made because " + cause.called() + " failed")
                + why;
    }

    private static ToolResult result(Member member) {
        return ((ToolOutcome.Done) Objects.requireNonNull(member.outcome)).result();
    }

    // ---- for whoever waits

    /** Whether all ended within so much time. */
    boolean await(long nanos) throws InterruptedException {
        long more = nanos;
        lock.lockInterruptibly();
        try {
            while (left > 0) {
                if (more <= 0) {
                    return false;
                }
                more = allEnded.awaitNanos(more);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what has not ended. */
    void cancel(String why) {
        lock.lock();
        try {
            for (Member member : members) {
                if (member.outcome == null) {
                    String state =
                            member.thread == null ? "It did not run: " : "It had not ended: ";
                    deliver(
                            member,
                            new ToolOutcome.Failed(
                                    ToolOutcome.Reason.CANCELLED, state + why + "."));
                }
                Thread thread = member.thread;
                if (thread != null) {
                    thread.interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    List<ToolOutcome> outcomes() {
        lock.lock();
        try {
            return members.stream().map(member -> Objects.requireNonNull(member.outcome)).toList();
        } finally {
            lock.unlock();
        }
    }
}
