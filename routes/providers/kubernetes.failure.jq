# What an error reply of a Kubernetes API server says: {code, message}, or null if it names no error. The HTTP status decides, and
# for a cache that lags behind the code.

(objects // {})
| if .kind != "Status" then null
  else {code: .reason, message, kind: {"Expired": "UNAVAILABLE", "ServerTimeout": "UNAVAILABLE", "Timeout": "TIMEOUT"}[.reason // ""]} end
