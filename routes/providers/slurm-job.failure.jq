# What an error reply of slurmrestd says: {code, message, kind}, or null if it names no error. Where the kind is null, the HTTP
# status decides. The HTTP status of an error changes with the version, its number does not (slurm_errno.h).

def kinds: {
  "1007": "UNAUTHENTICATED",
  "2017": "NOT_FOUND"
};

[(objects // {}) | .errors | arrays | .[] | select(.error_number != 0)][0]
| if . == null then (if $reply.text == "Authentication failure" then {code: null, message: $reply.text, kind: "UNAUTHENTICATED"} else null end)
  else {code: (.error_number | tostring), message: (.description // .error), kind: kinds[.error_number | tostring]}
  end
