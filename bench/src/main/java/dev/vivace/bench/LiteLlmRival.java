package dev.vivace.bench;

import java.util.List;
import java.util.Optional;

/** LiteLLM's proxy, with one model and everything else as it comes. */
final class LiteLlmRival implements Rival {
    @Override
    public String name() {
        return "litellm";
    }

    @Override
    public Optional<String> absence(Workspace workspace) {
        return workspace.find("litellm").isPresent()
                ? Optional.empty()
                : Optional.of("litellm is not on the PATH (pip install 'litellm[proxy]')");
    }

    @Override
    public Contender start(Workspace workspace, int upstream) {
        int port = Nginx.freePort();
        var file =
                workspace.write(
                        "litellm" + port + ".yaml",
                        """
                        model_list:
                          - model_name: gpt-4o-mini
                            litellm_params:
                              model: openai/gpt-4o-mini
                              api_base: http://127.0.0.1:%d/v1
                              api_key: sk-bench
                        """
                                .formatted(upstream));
        long started = System.nanoTime();
        var child =
                Child.start(
                        name(),
                        workspace.file("litellm" + port + ".log"),
                        List.of(
                                workspace.find("litellm").orElseThrow().toString(),
                                "--config",
                                file.toString(),
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--num_workers",
                                "2"));
        return Contender.on(port, name(), started, child);
    }
}
