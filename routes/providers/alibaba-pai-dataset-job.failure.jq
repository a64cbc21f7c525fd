# What an error reply of Alibaba Cloud PAI says: {code, message, requestId, kind}, or null if it names no error.
# A kind of null leaves the decision to the HTTP status.
#
# Try it: jq .body seeds/alibaba-pai-dataset-job/errors/throttling-user.json \
#           | jq -f routes/providers/alibaba-pai-dataset-job.failure.jq

# By the part of the code before the first dot: Throttling.User is a Throttling.
def kinds: {
  "SignatureDoesNotMatch": "UNAUTHENTICATED",
  "SignatureNonceUsed": "UNAUTHENTICATED",
  "IncompleteSignature": "UNAUTHENTICATED",
  "InvalidTimeStamp": "UNAUTHENTICATED",
  "InvalidAccessKeyId": "UNAUTHENTICATED",
  "InvalidSecurityToken": "UNAUTHENTICATED",
  "Forbidden": "FORBIDDEN",
  "NoPermission": "FORBIDDEN",
  "Throttling": "THROTTLED",
  "InvalidApi": "REJECTED",
  "InvalidProduct": "REJECTED",
  "InternalError": "UNAVAILABLE",
  "ServiceUnavailable": "UNAVAILABLE"
};

# A signature error repeats the text that was signed, the security token in it included: cut it off.
def safe: if . == null then null else split("server ")[0] | rtrimstr(" ") end;

# The vendor's clients accept either spelling.
(objects // {})
| (.Code // .code) as $code
| (.Message // .message) as $message
| if $code == null then null
  else ($code | tostring | split(".")[0]) as $family
  | {
      code: ($code | tostring),
      message: (if kinds[$family] == "UNAUTHENTICATED" then $message | safe else $message end),
      requestId: (.RequestId // .requestId),
      kind: kinds[$family]
    }
  end
