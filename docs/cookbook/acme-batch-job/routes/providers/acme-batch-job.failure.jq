# What an error reply of Acme Batch says, or null if it names no error.
(objects // {}) | .oops // null | if . == null then null else {code: .what, message: .why, kind: {"tired": "THROTTLED"}[.what]} end
