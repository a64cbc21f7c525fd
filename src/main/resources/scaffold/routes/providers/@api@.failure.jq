# What an error reply says: {code, message, kind}, or null if it names no error. Where the kind is null, the HTTP status decides.

def kinds: {
  "TooManyRequests": "THROTTLED"
};

(objects // {}) | .error // null
| if . == null then null else {code: .code, message: .message, kind: kinds[.code // ""]} end
