package io.jobrelay.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The management port: on this machine, health, and nothing else. */
@Timeout(120)
class ManagementPortIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path directory;

    @Test
    void tells_health_on_this_machine_and_nothing_else() throws Exception {
        int port = FreePort.next();
        try (JobrelayProcess product = new Installation(directory)
                .set("camel.management.enabled", "true")
                .set("camel.management.port", String.valueOf(port))
                .start()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .failFast("ended", () -> !product.alive())
                    .ignoreExceptions()
                    .until(() -> status(port, "GET", "/observe/health") == 200);

            assertThat(status(port, "GET", "/observe/health/live")).isEqualTo(200);
            for (String path : List.of(
                    "/",
                    "/observe",
                    "/observe/info",
                    "/observe/jolokia",
                    "/q/dev",
                    "/q/dev/route",
                    "/q/upload/routes.yaml",
                    "/q/download/application.properties",
                    "/q/send",
                    "/observe/health/..%2f..%2fapplication.properties")) {
                assertThat(status(port, "GET", path)).as(path).isEqualTo(404);
            }
            for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "TRACE")) {
                assertThat(status(port, method, "/observe/health")).as(method).isEqualTo(405);
            }
            assertThat(status(port, "GET", "/observe/health?" + "x".repeat(100_000)))
                    .isBetween(400, 499);
            for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress address : Collections.list(network.getInetAddresses())) {
                    assertThat(answers(address, port))
                            .as(address.toString())
                            .isEqualTo(address.getHostAddress().equals("127.0.0.1"));
                }
            }
        }
    }

    @Test
    void ends_jobrelay_where_another_program_has_it() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JobrelayProcess run = new Installation(directory)
                    .set("camel.management.enabled", "true")
                    .set("camel.management.port", String.valueOf(taken.getLocalPort()))
                    .command()
                    .run("run");

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.log())
                    .contains("camel.management.port: cannot listen at 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    private static boolean answers(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2_000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static int status(int port, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.ofString("x"))
                .timeout(Duration.ofSeconds(10))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
