package dev.vivace.config;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a configuration file once a second, on a thread of its own, and applies what it says
 * anew, whole or not at all.
 *
 * <p>What counts is the file's content, not its time: a rename over it, a swap of the directory
 * behind a symbolic link, and a change within one tick of the file system's clock are all seen. A
 * content must be there twice in a row before it counts, because half a file that somebody is still
 * writing may be a valid one.
 *
 * <p>{@link #check} may be called by one thread at a time.
 */
public final class ConfigWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);

    /** Hears of every change once, on the watching thread. */
    public interface Listener {
        /**
         * What is in force from now on.
         *
         * @throws RuntimeException if it cannot be; its message, which must not hold a secret, is
         *     then why the change is rejected
         */
        void apply(Config config);

        /** The file says something that cannot be used; what was in force still is. */
        void rejected(ConfigException why);
    }

    private final Path file;
    private final UnaryOperator<Config> flags;
    private final Function<String, Optional<String>> environment;
    private final Listener listener;
    private final CountDownLatch closed = new CountDownLatch(1);

    private Config running;
    private byte[] seen = new byte[0];
    private byte[] settled = new byte[0];
    private boolean rejected;

    /**
     * @param file where {@code running} was read
     * @param running what is in force, flags included
     * @param flags puts what the command line says in front of what a file says; what it throws has
     *     a message for the user
     * @param environment for {@code ${NAME}}, asked anew each time
     */
    public ConfigWatch(
            Path file,
            Config running,
            UnaryOperator<Config> flags,
            Function<String, Optional<String>> environment,
            Listener listener) {
        this.file = file;
        this.running = running;
        this.flags = flags;
        this.environment = environment;
        this.listener = listener;
    }

    /** Begins to look, every second until it is closed. */
    public ConfigWatch start() {
        Thread.ofPlatform().daemon().name("vivace-config").start(this::watch);
        return this;
    }

    /** Looks once; of a new content nothing comes before the second look. */
    public void check() {
        byte[] content = new byte[0];
        Optional<ConfigException> unreadable = Optional.empty();
        try {
            content = ConfigFile.bytes(file);
        } catch (ConfigException e) {
            unreadable = Optional.of(e);
        }
        byte[] now = digest(content, unreadable.isPresent());
        boolean still = Arrays.equals(now, seen);
        seen = now;
        if (still && !Arrays.equals(now, settled)) {
            settled = now;
            if (unreadable.isPresent()) {
                reject(unreadable.get());
            } else {
                reload(content);
            }
        }
    }

    /** It is not looked any more; a look that is under way ends by itself. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void watch() {
        try {
            while (!closed.await(1, TimeUnit.SECONDS)) {
                try {
                    check();
                } catch (RuntimeException e) {
                    LOG.error("the configuration was not looked at: {}", e.toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reload(byte[] content) {
        try {
            Config next = next(content);
            // The first look finds what the gateway has started with.
            if (rejected || !next.equals(running)) {
                apply(next);
            }
            running = next;
            rejected = false;
        } catch (ConfigException e) {
            reject(e);
        }
    }

    private void reject(ConfigException why) {
        rejected = true;
        listener.rejected(why);
    }

    private Config next(byte[] content) {
        Config written = ConfigFile.read(file, content, environment);
        Config next;
        try {
            next = flags.apply(written);
        } catch (RuntimeException e) {
            throw failure(String.valueOf(e.getMessage()));
        }
        List<ConfigException.Problem> fixed = RestartKeys.changed(running, next);
        if (!fixed.isEmpty()) {
            throw new ConfigException(file, fixed);
        }
        return next;
    }

    private void apply(Config next) {
        try {
            listener.apply(next);
        } catch (RuntimeException e) {
            throw failure("cannot be applied: " + e.getMessage());
        }
    }

    private ConfigException failure(String message) {
        return new ConfigException(file, List.of(new ConfigException.Problem(0, "", message)));
    }

    private static byte[] digest(byte[] content, boolean unreadable) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) (unreadable ? 1 : 0));
            return digest.digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
