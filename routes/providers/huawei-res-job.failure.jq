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

def text: if . == null then null else tostring end;

# The code table writes RES, the samples res.
(objects // {})
| (.error_code | text) as $code
| if .is_success != false and $code == null then null
  else {
    code: $code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[$code // "" | ascii_upcase]
  }
  end
