# What an error reply of Alibaba Cloud PAI says: {code, message, requestId, kind}, or null if it names no error.
# Where the kind is null, the HTTP status decides.
#
# Try it: jq .body seeds/alibaba-pai-dataset-job/errors/throttling-user.json \
#           | jq -f routes/providers/alibaba-pai.failure.jq

# The codes whose HTTP status misleads, by their part before the first dot: Throttling.User is a Throttling.
def kinds: {
  "SignatureDoesNotMatch": "UNAUTHENTICATED",
  "SignatureNonceUsed": "UNAUTHENTICATED",
  "IncompleteSignature": "UNAUTHENTICATED",
  "InvalidTimeStamp": "UNAUTHENTICATED",
  "InvalidAccessKeyId": "UNAUTHENTICATED",
  "InvalidSecurityToken": "UNAUTHENTICATED",
  "Throttling": "THROTTLED",
  "InvalidApi": "REJECTED",
  "InvalidProduct": "REJECTED"
};

def text: if . == null then null else tostring end;

# A signature error repeats the text that was signed, the security token in it included: that is cut off.
def safe: if . == null then null else split("server ")[0] | rtrimstr(" ") end;

# The vendor's clients accept either spelling.
(objects // {})
| (.Code // .code | text) as $code
| (.Message // .message | text) as $message
| if $code == null then null
  else kinds[$code | split(".")[0]] as $kind
  | {
      code: $code,
      message: (if $kind == "UNAUTHENTICATED" then $message | safe else $message end),
      requestId: (.RequestId // .requestId),
      kind: $kind
    }
  end
