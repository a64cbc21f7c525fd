# What an error reply of OTC ModelArts says: {code, message, requestId, kind}, or null if it names no error.
# A kind of null leaves the decision to the HTTP status.
#
# Try it: jq .body seeds/otc-modelarts-dataset-sync/errors/token-expired.json \
#           | jq -f routes/providers/otc-modelarts-dataset-sync.failure.jq

# The status alone misleads: a task that is not there comes with HTTP 400, a bad access key with 403.
def kinds: {
  "APIG.0301": "UNAUTHENTICATED",
  "APIG.0308": "THROTTLED",
  "ModelArts.0108": "FORBIDDEN",
  "ModelArts.0201": "UNAUTHENTICATED",
  "ModelArts.0202": "UNAUTHENTICATED",
  "ModelArts.0203": "UNAUTHENTICATED",
  "ModelArts.0204": "UNAUTHENTICATED",
  "ModelArts.0206": "UNAUTHENTICATED",
  "ModelArts.0207": "UNAUTHENTICATED",
  "ModelArts.0210": "FORBIDDEN",
  "ModelArts.0212": "UNAUTHENTICATED",
  "ModelArts.2775": "NOT_FOUND",
  "ModelArts.2786": "NOT_FOUND",
  "ModelArts.4127": "UNAUTHENTICATED",
  "ModelArts.4409": "THROTTLED",
  "ModelArts.4612": "NOT_FOUND",
  "ModelArts.4700": "NOT_FOUND",
  "ModelArts.6620": "UNAUTHENTICATED",
  "ModelArts.TooManyRequests": "THROTTLED"
};

# The gateway in front of the service says APIGW in its newer replies, APIG in its older ones.
def normal: sub("^APIGW[.]"; "APIG.");

(objects // {})
| if .status != null or .error_code == null then null
  else {
    code: .error_code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[.error_code // "" | normal]
  }
  end
