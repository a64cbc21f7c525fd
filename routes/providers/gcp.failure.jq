# What an error reply of a Google API says: {code, message, kind}, or null if it names no error. Where the kind is null, the HTTP
# status decides. A job that has failed has an error too, in a reply that is good.

def kinds: {
  "INVALID_ARGUMENT": "REJECTED",
  "FAILED_PRECONDITION": "REJECTED",
  "UNAUTHENTICATED": "UNAUTHENTICATED",
  "PERMISSION_DENIED": "FORBIDDEN",
  "NOT_FOUND": "NOT_FOUND",
  "RESOURCE_EXHAUSTED": "THROTTLED",
  "INTERNAL": "UNAVAILABLE",
  "UNAVAILABLE": "UNAVAILABLE",
  "DEADLINE_EXCEEDED": "UNAVAILABLE"
};

if $reply.status < 400 then null
else (objects // {} | .error | objects // null)
  | if . == null then null
    else {code: (.status // (.code | tostring)), message, kind: kinds[.status // ""]}
    end
end
