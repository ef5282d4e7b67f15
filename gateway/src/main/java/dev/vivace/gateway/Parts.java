package dev.vivace.gateway;

import dev.vivace.admin.AdminPages;
import dev.vivace.cache.ExactCache;
import dev.vivace.config.Config;
import dev.vivace.embedding.EmbeddingLine;
import dev.vivace.embedding.EmbeddingSettlement;
import dev.vivace.key.ClientKeys;
import dev.vivace.limit.ByteBudget;
import dev.vivace.line.CallIds;
import dev.vivace.line.ModelLine;
import dev.vivace.line.Models;
import dev.vivace.line.Quota;
import dev.vivace.line.Settlement;
import dev.vivace.mcp.McpHub;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all event loops share while one configuration is in force, and calls that began under it
 * until they end; each is thread-safe.
 */
record Parts(
        Config config,
        Models models,
        Upstreams upstreams,
        ModelLine line,
        Settlement settlement,
        EmbeddingLine embeddings,
        EmbeddingSettlement embeddingSettlement,
        ExactCache cache,
        AdminPages pages,
        Readiness readiness,
        ByteBudget budget,
        ClientKeys keys,
        Access access,
        AdminAccess adminAccess,
        CallIds ids,
        LongAdder inFlight,
        Optional<Quota> quota,
        Optional<McpHub> mcp) {}
