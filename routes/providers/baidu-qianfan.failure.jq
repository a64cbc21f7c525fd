# What an error reply of Baidu Qianfan says: {code, message, requestId, kind}, or null if it names no error.
# Where the kind is null, the HTTP status decides.
#
# Try it: jq .body seeds/baidu-qianfan-import-task/errors/access-denied-documented.json \
#           | jq -f routes/providers/baidu-qianfan.failure.jq

# The codes whose HTTP status misleads. Names are those of the V2 API and its gateway; numbers those of the older API,
# which come with HTTP 200.
def kinds: {
  "SignatureDoesNotMatch": "UNAUTHENTICATED",
  "IamSignatureInvalid": "UNAUTHENTICATED",
  "InvalidAccessKeyId": "UNAUTHENTICATED",
  "InvalidHTTPAuthHeader": "UNAUTHENTICATED",
  "RequestExpired": "UNAUTHENTICATED",
  "InvalidVersion": "REJECTED",
  "1": "UNAVAILABLE",
  "2": "UNAVAILABLE",
  "4": "THROTTLED",
  "14": "UNAUTHENTICATED",
  "17": "THROTTLED",
  "18": "THROTTLED",
  "19": "THROTTLED",
  "110": "UNAUTHENTICATED",
  "111": "UNAUTHENTICATED",
  "336000": "UNAVAILABLE",
  "336100": "UNAVAILABLE",
  "336501": "THROTTLED",
  "336502": "THROTTLED",
  "500000": "UNAVAILABLE"
};

def text: if . == null then null else tostring end;

# {requestId, code, message}; the older {log_id, error_code, error_msg} and {id, error_code, error_msg}; {code, msg}.
(objects // {})
| (.code // .error_code | text) as $code
| if $code == null then null
  else {
    code: $code,
    message: (.message // .error_msg // .msg),
    requestId: (.requestId // .log_id // .id | text),
    kind: kinds[$code]
  }
  end
