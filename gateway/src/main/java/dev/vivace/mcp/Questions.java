package dev.vivace.mcp;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What servers are asked that is no call of a tool: within the limits of who asks, and into the
 * ledger, by the name of the method. Thread-safe.
 */
final class Questions {
    private final Consumer<LedgerEntry> ledger;

    Questions(Consumer<LedgerEntry> ledger) {
        this.ledger = ledger;
    }

    /** How one is answered. */
    interface Question {
        JsonNode answer(Asked servers)
                throws RpcException, IOException, TimeoutException, InterruptedException;
    }

    /** Asks servers, and knows what that took. Not thread-safe. */
    static final class Asked {
        private int times;
        private long nanos;

        JsonNode ask(
                Backend server,
                String method,
                ObjectNode params,
                Optional<Consumer<ObjectNode>> progress)
                throws RpcException, IOException, TimeoutException, InterruptedException {
            times++;
            long began = System.nanoTime();
            try {
                return server.ask(method, params, progress);
            } finally {
                nanos += System.nanoTime() - began;
            }
        }
    }

    /**
     * Has a question answered, and blocks until that has ended.
     *
     * @throws RpcException also if it is one too many for its key or tenant
     */
    JsonNode ask(McpRequest from, String method, Question question)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        var asked = new Asked();
        // Not on an event loop, so that it may wait where limits are kept elsewhere.
        Optional<Decision.Refused> limited =
                from.call().grant().admit(from.call()).toCompletableFuture().join();
        if (limited.isPresent()) {
            settle(from, method, asked, limited.get().status());
            throw new RpcException(Requests.SERVER_ERROR, limited.get().message());
        }
        int status = Crash.STATUS;
        try {
            JsonNode answer = question.answer(asked);
            status = 200;
            return answer;
        } catch (RpcException e) {
            status = status(e);
            throw e;
        } catch (IOException e) {
            status = 502;
            throw e;
        } catch (TimeoutException e) {
            status = 504;
            throw e;
        } catch (InterruptedException e) {
            status = 499;
            throw e;
        } finally {
            settle(from, method, asked, status);
        }
    }

    private void settle(McpRequest from, String method, Asked asked, int status) {
        from.call().grant().release();
        ledger.accept(
                from.call()
                        .asking(method, false, false)
                        .entry(
                                CacheStatus.BYPASS,
                                status,
                                Tokens.NONE,
                                Money.NONE,
                                ToolAccounts.times(from, asked.nanos),
                                asked.times,
                                List.of(),
                                status == 200 ? "" : "the request failed"));
    }

    /** As HTTP would say it, for the ledger. */
    private static int status(RpcException e) {
        return e.error().code() == ErrorCodes.RESOURCE_NOT_FOUND
                ? 404
                : e.isOfTheRequest() ? 400 : 502;
    }
}
