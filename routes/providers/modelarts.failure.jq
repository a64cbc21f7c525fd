# What an error reply of ModelArts says, on Huawei Cloud and on Open Telekom Cloud: {code, message, requestId, kind}, or null if it names no error.
# Where the kind is null, the HTTP status decides.
#
# Try it: jq .body seeds/otc-modelarts-dataset-sync/errors/token-expired.json \
#           | jq -f routes/providers/modelarts.failure.jq

# The codes whose HTTP status misleads: a task that is not there comes with 400, a bad access key with 403.
def kinds: {
  "ModelArts.0203": "UNAUTHENTICATED",
  "ModelArts.0204": "UNAUTHENTICATED",
  "ModelArts.0206": "UNAUTHENTICATED",
  "ModelArts.0210": "FORBIDDEN",
  "ModelArts.2775": "NOT_FOUND",
  "ModelArts.4409": "THROTTLED",
  "ModelArts.4612": "NOT_FOUND",
  "ModelArts.4700": "NOT_FOUND"
};

def text: if . == null then null else tostring end;

# A reply with a status is a good one, even if it has a code: the code is about the task then.
(objects // {})
| (.error_code | text) as $code
| if .status != null or $code == null then null
  else {
    code: $code,
    message: .error_msg,
    requestId: .request_id,
    kind: kinds[$code]
  }
  end
