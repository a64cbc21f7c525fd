# What an error reply of Huawei Cloud Octopus says: {code, message, requestId, kind}, or null if it names no error.
# A kind of null leaves the decision to the HTTP status.
#
# Try it: jq .body seeds/huawei-octopus-system-jobs/errors/no-permission.json \
#           | jq -f routes/providers/huawei-octopus-system-jobs.failure.jq

# The last three digits of the generic codes follow the HTTP status; 1xx stands for 5xx.
def kinds: {
  "APIG.0301": "UNAUTHENTICATED",
  "APIG.0308": "THROTTLED",
  "octopus.400000": "REJECTED",
  "octopus.400001": "UNAUTHENTICATED",
  "octopus.400003": "FORBIDDEN",
  "octopus.400004": "NOT_FOUND",
  "octopus.400005": "REJECTED",
  "octopus.400009": "REJECTED",
  "octopus.400100": "UNAVAILABLE",
  "octopus.400102": "UNAVAILABLE",
  "octopus.400104": "TIMEOUT"
};

# The gateway in front of the service says APIGW in its newer replies, APIG in its older ones.
def normal: sub("^APIGW[.]"; "APIG.");

(objects // {})
| if .error_code == null then null
  else {
    code: .error_code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[.error_code // "" | normal]
  }
  end
