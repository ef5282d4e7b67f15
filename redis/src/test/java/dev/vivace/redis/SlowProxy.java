package dev.vivace.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A way to a server on which answers can be held back, and connections cut. */
final class SlowProxy implements AutoCloseable {
    private final int target;
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private boolean held;
    private long passing = Long.MAX_VALUE;
    private volatile boolean refusing;

    SlowProxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + listening.getLocalPort());
    }

    void hold() {
        set(true);
    }

    /** Lets so many more bytes of answers pass, or some more. */
    void holdAfter(long bytes) {
        lock.lock();
        passing = bytes;
        lock.unlock();
    }

    void release() {
        holdAfter(Long.MAX_VALUE);
        set(false);
    }

    private void set(boolean hold) {
        lock.lock();
        held = hold;
        released.signalAll();
        lock.unlock();
    }

    void cut() {
        refusing = true;
        sockets.forEach(SlowProxy::close);
        sockets.clear();
    }

    void mend() {
        refusing = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket from = listening.accept();
                if (refusing) {
                    close(from);
                    continue;
                }
                Socket to;
                try {
                    to = new Socket(InetAddress.getLoopbackAddress(), target);
                } catch (IOException e) {
                    close(from);
                    continue;
                }
                sockets.add(from);
                sockets.add(to);
                Thread.ofVirtual().start(() -> copy(from, to, false));
                Thread.ofVirtual().start(() -> copy(to, from, true));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        try {
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                if (answers) {
                    lock.lock();
                    try {
                        while (held || passing <= 0) {
                            released.awaitUninterruptibly();
                        }
                        passing -= n;
                    } finally {
                        lock.unlock();
                    }
                }
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // Cut.
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is.
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        release();
        cut();
    }
}
