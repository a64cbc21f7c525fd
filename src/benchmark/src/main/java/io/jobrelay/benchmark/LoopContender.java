package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A client in a plain loop: so many threads that poll the next job, and keep nothing. */
record LoopContender(String label, Api api, Class<? extends PollClient> client) implements Contender {
    /** The client of the vendor whose API it is. */
    static LoopContender vendor(Api api) {
        return switch (api) {
            case HUAWEI -> new LoopContender("Huawei HcClient", api, HuaweiClient.class);
            case ALIBABA -> new LoopContender("Alibaba tea-openapi", api, AlibabaClient.class);
            case BAIDU -> new LoopContender("Baidu BceHttpClient", api, BaiduClient.class);
        };
    }

    @Override
    public Program start(Path directory, Provider provider, Load load) throws IOException {
        return Program.ours(
                directory,
                directory.resolve("loop.log"),
                load.options(),
                PollLoop.class,
                Stream.concat(Stream.of(client.getName()), FlowArguments.of(api, provider, load).stream())
                        .toArray(String[]::new));
    }
}
