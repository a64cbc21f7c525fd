# What an error reply of OpenAI says: {code, message, kind}, or null if it names no error. Where the kind is null, the HTTP status
# decides. An object of a job or a batch has an error of its own, which is another thing.

(objects // {})
| if .object != null or (.error | type) != "object" then null
  else .error | {
    code: (.code // .type),
    message,
    # 429, but no request will pass until somebody pays.
    kind: (if .code == "insufficient_quota" or .type == "insufficient_quota" then "FORBIDDEN" else null end)
  } end
