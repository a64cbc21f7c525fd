# What an error reply of Amazon Web Services says: {code, message, kind}, or null if it names no error. Where the kind is
# null, the HTTP status decides. JSON 1.1 has the code in the body, as "prefix#Name"; REST has it in a header, as "Name:uri".

# The codes whose HTTP status misleads: JSON 1.1 answers nearly everything with 400. The first are those that Amazon's own clients
# take for throttling.
def kinds: {
  "Throttling": "THROTTLED",
  "ThrottlingException": "THROTTLED",
  "ThrottledException": "THROTTLED",
  "RequestThrottledException": "THROTTLED",
  "RequestThrottled": "THROTTLED",
  "TooManyRequestsException": "THROTTLED",
  "RequestLimitExceeded": "THROTTLED",
  "BandwidthLimitExceeded": "THROTTLED",
  "LimitExceededException": "THROTTLED",
  "SlowDown": "THROTTLED",
  "PriorRequestNotComplete": "THROTTLED",
  "ProvisionedThroughputExceededException": "THROTTLED",
  "UnrecognizedClientException": "UNAUTHENTICATED",
  "InvalidClientTokenId": "UNAUTHENTICATED",
  "InvalidSignatureException": "UNAUTHENTICATED",
  "SignatureDoesNotMatch": "UNAUTHENTICATED",
  "IncompleteSignature": "UNAUTHENTICATED",
  "MissingAuthenticationToken": "UNAUTHENTICATED",
  "ExpiredTokenException": "UNAUTHENTICATED",
  "RequestExpired": "UNAUTHENTICATED",
  "AccessDeniedException": "FORBIDDEN",
  "NotAuthorized": "FORBIDDEN",
  "OptInRequired": "FORBIDDEN",
  "ResourceNotFound": "NOT_FOUND",
  "ResourceNotFoundException": "NOT_FOUND",
  "EntityNotFoundException": "NOT_FOUND",
  "InternalFailure": "UNAVAILABLE",
  "InternalServerException": "UNAVAILABLE",
  "InternalServiceException": "UNAVAILABLE",
  "ServerException": "UNAVAILABLE",
  "OperationTimeoutException": "UNAVAILABLE",
  "ServiceUnavailable": "UNAVAILABLE"
};

if $reply.status < 300 then null
else
  (objects // {})
  | (.__type // $reply.headers["x-amzn-errortype"] // "" | sub("^.*#"; "") | sub(":.*$"; "")) as $code
  | (.message // .Message) as $message
  | if $code == "" and $message == null then null
    else {
      code: $code,
      message: $message,
      # SageMaker says so of a job that it does not know.
      kind: (if $code == "ValidationException" and ($message // "" | test("Requested resource not found")) then "NOT_FOUND" else kinds[$code] end)
    } end
end
