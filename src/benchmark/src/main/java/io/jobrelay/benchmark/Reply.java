package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A documented reply, laid out once with its head: answering is a copy, with the id of the job put in. */
final class Reply {
    private final byte[] bytes;
    /** Where the id goes; negative if the reply has none. */
    private final int idAt;

    private Reply(byte[] bytes, int idAt) {
        this.bytes = bytes;
        this.idAt = idAt;
    }

    /** The documented reply of the API, without the white space between its members, which no provider sends. */
    static Reply of(Api api, String state) {
        try {
            String json = new ObjectMapper()
                    .readTree(Path.of("seeds", api.id, "replies", api.reply).toFile())
                    .toString();
            String replaced = json.replace(api.state, state);
            int first = replaced.indexOf(api.idInReply);
            // The job is named once: what was asked for and what came out are left as they are.
            return of("200 OK", replaced, first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A reply without an id. */
    static Reply plain(String status, String json) {
        return of(status, json, -1);
    }

    private static Reply of(String status, String json, int idInJson) {
        byte[] body = json.getBytes(UTF_8);
        byte[] head = "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
                .formatted(status, body.length)
                .getBytes(US_ASCII);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return new Reply(all, idInJson < 0 ? -1 : head.length + idInJson);
    }

    ByteBuf write(ByteBufAllocator memory, String job) {
        ByteBuf out = memory.directBuffer(bytes.length).writeBytes(bytes);
        if (idAt >= 0) {
            out.setCharSequence(idAt, job, US_ASCII);
        }
        return out;
    }
}
