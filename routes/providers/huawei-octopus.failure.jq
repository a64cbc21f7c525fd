# What an error reply of Huawei Cloud Octopus says: {code, message, requestId, kind}, or null if it names no error.
# The kind is always null: the HTTP status decides, and the codes follow it (octopus.400003 comes with 403).
#
# Try it: jq .body seeds/huawei-octopus-system-jobs/errors/no-permission.json \
#           | jq -f routes/providers/huawei-octopus.failure.jq

(objects // {})
| if .error_code == null then null
  else {
    code: .error_code,
    message: .error_msg,
    requestId: .request_id,
    kind: null
  }
  end
