# What an error reply of Ray's dashboard says: {code, message}, or null if it names no error. Errors are plain text; the HTTP status
# decides.

if $reply.status < 300 then null
else {code: ($reply.status | tostring), message: ($reply.text // (objects // {} | .msg // .detail))} end
