package dev.vivace.config;

import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.ledger.Price;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes a {@link Config}; what is not said has its default. Not thread-safe. */
public final class ConfigBuilder {
    private Config.Server server = Config.Server.DEFAULT;
    private Optional<Path> data = Optional.empty();
    private LinkedHashMap<String, Config.Upstream> upstreams = new LinkedHashMap<>();
    private Map<String, ModelRoute> models = Map.of();
    private Map<String, Price> prices = Map.of();
    private Config.Cache cache = Config.Cache.DEFAULT;
    private Config.Embeddings embeddings = Config.Embeddings.DEFAULT;
    private Config.Limits limits = Config.Limits.DEFAULT;
    private Config.Timeouts timeouts = Config.Timeouts.DEFAULT;
    private RetryOptions retries = RetryOptions.DEFAULT;
    private BreakerOptions breaker = BreakerOptions.DEFAULT;
    private ConcurrencyOptions concurrency = ConcurrencyOptions.DEFAULT;
    private Map<String, TenantLimits> tenants = Map.of();
    private Optional<RedisOptions> redis = Optional.empty();
    private ToolSelection tools = ToolSelection.DEFAULT;
    private Map<String, ToolServer> mcp = Map.of();
    private Sources sources = Sources.NONE;

    ConfigBuilder() {}

    ConfigBuilder(Config from) {
        server = from.server();
        data = from.data();
        upstreams = from.upstreams();
        models = from.models();
        prices = from.prices();
        cache = from.cache();
        embeddings = from.embeddings();
        limits = from.limits();
        timeouts = from.timeouts();
        retries = from.retries();
        breaker = from.breaker();
        concurrency = from.concurrency();
        tenants = from.tenants();
        redis = from.redis();
        tools = from.tools();
        mcp = from.mcp();
        sources = from.sources();
    }

    public ConfigBuilder server(Config.Server it) {
        server = it;
        return this;
    }

    public ConfigBuilder data(Optional<Path> it) {
        data = it;
        return this;
    }

    public ConfigBuilder upstreams(LinkedHashMap<String, Config.Upstream> them) {
        upstreams = them;
        return this;
    }

    public ConfigBuilder models(Map<String, ModelRoute> them) {
        models = them;
        return this;
    }

    public ConfigBuilder prices(Map<String, Price> them) {
        prices = them;
        return this;
    }

    public ConfigBuilder cache(Config.Cache it) {
        cache = it;
        return this;
    }

    public ConfigBuilder embeddings(Config.Embeddings them) {
        embeddings = them;
        return this;
    }

    public ConfigBuilder limits(Config.Limits them) {
        limits = them;
        return this;
    }

    public ConfigBuilder timeouts(Config.Timeouts them) {
        timeouts = them;
        return this;
    }

    public ConfigBuilder retries(RetryOptions them) {
        retries = them;
        return this;
    }

    public ConfigBuilder breaker(BreakerOptions it) {
        breaker = it;
        return this;
    }

    public ConfigBuilder concurrency(ConcurrencyOptions it) {
        concurrency = it;
        return this;
    }

    public ConfigBuilder tenants(Map<String, TenantLimits> them) {
        tenants = them;
        return this;
    }

    public ConfigBuilder redis(Optional<RedisOptions> it) {
        redis = it;
        return this;
    }

    public ConfigBuilder tools(ToolSelection them) {
        tools = them;
        return this;
    }

    public ConfigBuilder mcp(Map<String, ToolServer> them) {
        mcp = them;
        return this;
    }

    ConfigBuilder sources(Sources them) {
        sources = them;
        return this;
    }

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public Config build() {
        return new Config(
                server,
                data,
                upstreams,
                models,
                prices,
                cache,
                embeddings,
                limits,
                timeouts,
                retries,
                breaker,
                concurrency,
                tenants,
                redis,
                tools,
                mcp,
                sources);
    }
}
