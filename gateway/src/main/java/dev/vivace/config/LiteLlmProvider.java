package dev.vivace.config;

import java.util.Map;
import java.util.Optional;

/**
 * How LiteLLM's name of a provider becomes an upstream.
 *
 * @param base where it is unless the file says otherwise; empty: the file must
 * @param key the environment variable that LiteLLM takes the key from; empty: it needs none
 */
record LiteLlmProvider(String base, String key, Config.Protocol protocol) {
    private static final Map<String, LiteLlmProvider> ALL =
            Map.ofEntries(
                    Map.entry("openai", openai("https://api.openai.com/v1", "OPENAI_API_KEY")),
                    Map.entry(
                            "text-completion-openai",
                            openai("https://api.openai.com/v1", "OPENAI_API_KEY")),
                    Map.entry(
                            "anthropic",
                            new LiteLlmProvider(
                                    "https://api.anthropic.com/v1",
                                    "ANTHROPIC_API_KEY",
                                    Config.Protocol.ANTHROPIC)),
                    Map.entry("groq", openai("https://api.groq.com/openai/v1", "GROQ_API_KEY")),
                    Map.entry("mistral", openai("https://api.mistral.ai/v1", "MISTRAL_API_KEY")),
                    Map.entry(
                            "deepseek", openai("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY")),
                    Map.entry(
                            "together_ai",
                            openai("https://api.together.xyz/v1", "TOGETHERAI_API_KEY")),
                    Map.entry(
                            "openrouter",
                            openai("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")),
                    Map.entry(
                            "fireworks_ai",
                            openai(
                                    "https://api.fireworks.ai/inference/v1",
                                    "FIREWORKS_AI_API_KEY")),
                    Map.entry("xai", openai("https://api.x.ai/v1", "XAI_API_KEY")),
                    Map.entry("cerebras", openai("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY")),
                    Map.entry(
                            "sambanova",
                            openai("https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY")),
                    Map.entry(
                            "nvidia_nim",
                            openai("https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY")),
                    Map.entry("ollama", openai("http://localhost:11434/v1", "")),
                    Map.entry("ollama_chat", openai("http://localhost:11434/v1", "")),
                    Map.entry("vllm", openai("", "")),
                    Map.entry("hosted_vllm", openai("", "")),
                    Map.entry("lm_studio", openai("", "")),
                    Map.entry("llamafile", openai("", "")),
                    Map.entry("openai_like", openai("", "")),
                    Map.entry("custom_openai", openai("", "")),
                    Map.entry("litellm_proxy", openai("", "")));

    static Optional<LiteLlmProvider> of(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /** One that is only known to be where the file says, and to speak as most do. */
    static LiteLlmProvider openai() {
        return openai("", "");
    }

    private static LiteLlmProvider openai(String base, String key) {
        return new LiteLlmProvider(base, key, Config.Protocol.OPENAI);
    }
}
