package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jobrelay.job.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection to the provider: reads requests and writes replies that are ready. */
@SuppressWarnings("FutureReturnValueIgnored") // a reply that cannot be written closes the connection
final class CloudConnection extends SimpleChannelInboundHandler<HttpObject> {
    private static final Pattern TASK = Pattern.compile("\"([0-9a-f]{32})\"");
    private static final Reply DONE = Reply.plain("200 OK", "{}");
    private static final ByteBuf CONTINUE =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("HTTP/1.1 100 Continue\r\n\r\n", UTF_8));

    private final Cloud cloud;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpRequest request;

    CloudConnection(Cloud cloud) {
        this.cloud = cloud;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) throws IOException {
        if (part instanceof HttpRequest begun) {
            request = begun;
            body.reset();
            if (HttpUtil.is100ContinueExpected(begun)) {
                context.writeAndFlush(CONTINUE.duplicate());
            }
        }
        if (part instanceof HttpContent content) {
            content.content().readBytes(body, content.content().readableBytes());
        }
        if (part instanceof LastHttpContent) {
            HttpRequest whole = Objects.requireNonNull(request, "a request has a head");
            ByteBuf reply = reply(context, whole);
            if (HttpUtil.isKeepAlive(whole)) {
                context.writeAndFlush(reply, context.voidPromise());
            } else {
                context.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    private ByteBuf reply(ChannelHandlerContext context, HttpRequest whole) throws JsonProcessingException {
        String uri = whole.uri();
        Reply reply = DONE;
        String job = "";
        switch (uri) {
            case "/webhook" -> post(whole);
            case "/control/counts" ->
                reply = Reply.plain("200 OK", new ObjectMapper().writeValueAsString(cloud.counts()));
            case "/control/hold" -> cloud.hold();
            case "/control/reset" -> cloud.reset();
            default -> {
                Api api = Api.of(uri);
                job = job(api, uri);
                reply = cloud.poll(api, job, new ReceivedPoll(whole, body.toByteArray()));
            }
        }
        return reply.write(context.alloc(), job);
    }

    /** Only what is about a job counts: how a watch fares is no change that the provider has shown. */
    private void post(HttpRequest whole) {
        if (!body.toString(UTF_8).contains(Event.WATCH_HEALTH_CHANGED)) {
            cloud.receive(whole.headers().get("webhook-id", ""));
        }
    }

    private String job(Api api, String uri) {
        if (api != Api.BAIDU) {
            int end = uri.indexOf('?');
            return uri.substring(uri.lastIndexOf('/') + 1, end < 0 ? uri.length() : end);
        }
        Matcher task = TASK.matcher(body.toString(UTF_8));
        return task.find() ? task.group(1) : Api.job(0);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A client that went away is no fault of the provider's; all else would be.
        if (!(cause instanceof IOException)) {
            cause.printStackTrace();
        }
        context.close();
    }
}
