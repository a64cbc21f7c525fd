# What an error reply of Huawei Cloud RES says: {code, message, requestId, kind}, or null if it names no error.
# A kind of null leaves the decision to the HTTP status.
#
# Try it: jq .body seeds/huawei-res-job/errors/query-failed-documented.json \
#           | jq -f routes/providers/huawei-res-job.failure.jq

# A refused query comes with HTTP 200 and is_success false. Several codes with HTTP 401 are no matter of credentials.
def kinds: {
  "APIG.0301": "UNAUTHENTICATED",
  "APIG.0308": "THROTTLED",
  "RES.1001": "REJECTED",
  "RES.2211": "REJECTED",
  "RES.2301": "UNAUTHENTICATED",
  "RES.3203": "UNAVAILABLE",
  "RES.3204": "UNAVAILABLE",
  "RES.5502": "REJECTED",
  "RES.5503": "FORBIDDEN",
  "RES.5504": "UNAVAILABLE"
};

# The gateway in front of the service says APIGW in its newer replies, APIG in its older ones; the code table writes
# RES, the samples res.
def normal: ascii_upcase | sub("^APIGW[.]"; "APIG.");

(objects // {})
| if .is_success != false and .error_code == null then null
  else {
    code: .error_code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[.error_code // "" | normal]
  }
  end
