package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final AtomicLong clock = new AtomicLong();
    private final Sessions sessions = new Sessions(2, 2, clock::get);

    private Session begin(String owner) {
        return sessions.begin(owner, "v", "").orElseThrow();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void areFoundByTheirOwnersOnly() {
        Session mine = begin("me");
        assertEquals(Optional.of(mine), sessions.find(mine.id(), "me"));
        assertEquals(Optional.empty(), sessions.find(mine.id(), "you"));
        assertEquals(48, mine.id().length());
    }

    @Test
    void endWhenNobodyUsesThem() {
        Session idle = begin("me");
        pass(Duration.ofMinutes(29));
        assertTrue(sessions.find(idle.id(), "me").isPresent());
        pass(Duration.ofMinutes(30));
        assertTrue(sessions.find(idle.id(), "me").isPresent(), "used half an hour ago");
        pass(Duration.ofMinutes(31));
        assertTrue(sessions.find(idle.id(), "me").isEmpty());
        assertEquals(0, sessions.count());
    }

    @Test
    void whereThereIsNoRoomTheOneThatWasNotUsedForLongestGoes() throws RpcException {
        Session first = begin("me");
        Session second = begin("me");
        assertTrue(sessions.find(first.id(), "me").isPresent());
        Session third = begin("me");
        assertTrue(sessions.find(second.id(), "me").isEmpty());
        // None in which something goes on.
        var unused = first.begin(1L);
        var busy = third.begin(1L);
        assertEquals(Optional.empty(), sessions.begin("me", "v", ""));
        pass(Duration.ofHours(1));
        assertEquals(Optional.empty(), sessions.begin("me", "v", ""));
        first.end(1L, unused);
        assertTrue(sessions.begin("me", "v", "").isPresent());
        assertTrue(sessions.find(third.id(), "me").isPresent());
        third.end(1L, busy);
    }

    @Test
    void nobodyUsesUpTheRoomOfOthers() throws RpcException {
        var shared = new Sessions(4, 2, clock::get);
        Session other = shared.begin("you", "v", "").orElseThrow();
        Session first = shared.begin("me", "v", "").orElseThrow();
        Session second = shared.begin("me", "v", "").orElseThrow();
        Session third = shared.begin("me", "v", "").orElseThrow();
        assertTrue(shared.find(first.id(), "me").isEmpty(), "its own ends first");
        assertTrue(shared.find(other.id(), "you").isPresent());
        var unused = second.begin(1L);
        var busy = third.begin(1L);
        assertTrue(shared.begin("me", "v", "").isEmpty());
        assertTrue(shared.begin("you", "v", "").isPresent());
        shared.end(second);
        assertTrue(shared.begin("me", "v", "").isPresent());
        assertEquals(4, shared.count());
        assertFalse(busy.end());
        var interrupted = Thread.interrupted(); // by the end of the one that was ours
        assertTrue(interrupted && unused.end());
    }

    @Test
    void endHalfAnHourAfterTheEndOfWhatWentOnInThem() throws RpcException {
        Session session = begin("me");
        var running = session.begin(1L);
        pass(Duration.ofHours(2));
        session.end(1L, running);
        sessions.touch(session);
        pass(Duration.ofMinutes(29));
        assertTrue(sessions.find(session.id(), "me").isPresent());
    }

    @Test
    void oneRequestOfAnIdAtATimeAndOnlySoMany() throws RpcException {
        Session session = begin("me");
        var first = session.begin("a");
        assertThrows(RpcException.class, () -> session.begin("a"));
        session.end("a", first);
        for (long i = 0; i < Session.MOST_RUNNING; i++) {
            var unused = session.begin(i);
        }
        assertThrows(RpcException.class, () -> session.begin("a"));
    }

    @Test
    void cancellingInterruptsOnlyWhileItIsWorkedOn() throws RpcException {
        Session session = begin("me");
        var running = session.begin(1L);
        session.cancel("1");
        assertEquals(false, Thread.interrupted(), "another id");
        session.cancel(1L);
        assertEquals(true, Thread.interrupted());
        assertEquals(true, running.end());
        session.cancel(1L);
        assertEquals(false, Thread.interrupted(), "it was over");
    }
}
