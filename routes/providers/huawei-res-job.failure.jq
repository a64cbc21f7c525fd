# What an error reply of Huawei Cloud RES says: {code, message, requestId, kind}, or null if it names no error.
# Where the kind is null, the HTTP status decides.
#
# Try it: jq .body seeds/huawei-res-job/errors/query-failed-documented.json \
#           | jq -f routes/providers/huawei-res-job.failure.jq

# The codes whose HTTP status misleads: a refusal may come with 200, and not every 401 is a matter of credentials.
def kinds: {
  "RES.2301": "UNAUTHENTICATED",
  "RES.5502": "REJECTED",
  "RES.5503": "FORBIDDEN",
  "RES.5504": "UNAVAILABLE"
};

# The code table writes RES, the samples res.
(objects // {})
| if .is_success != false and .error_code == null then null
  else {
    code: .error_code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[.error_code // "" | ascii_upcase]
  }
  end
