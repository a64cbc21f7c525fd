# A job that AWS Batch does not know, or has forgotten, is not in the reply, which is no error there. Errors are those of every
# service of Amazon's, here in the form of REST.

if $reply.status < 300 and (objects // {} | .jobs) == [] then
  {code: "JobNotFound", message: "AWS Batch knows no such job, or has forgotten it", kind: "NOT_FOUND"}
elif $reply.status < 300 then null
else
  (objects // {})
  | ($reply.headers["x-amzn-errortype"] // .__type // "" | sub("^.*#"; "") | sub(":.*$"; "")) as $code
  | (.message // .Message) as $message
  | if $code == "" and $message == null then null
    else {
      code: $code,
      message: $message,
      kind: (if $code | test("Throttl|TooManyRequests") then "THROTTLED"
             elif ["UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignature", "ExpiredTokenException",
                   "MissingAuthenticationToken", "RequestExpired"] | index($code) then "UNAUTHENTICATED"
             else null end)
    } end
end
