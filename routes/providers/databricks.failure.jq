# What an error reply of Databricks says: {code, message, kind}, or null if it names no error. Where the kind is null, the HTTP
# status decides.

# An unknown run is refused as a wrong parameter.
def unknown: .error_code == "INVALID_PARAMETER_VALUE" and (.message // "" | test("does not exist"));

(objects // {})
| if .error_code == null then null
  else {
    code: .error_code,
    message,
    kind: (if unknown or .error_code == "RESOURCE_DOES_NOT_EXIST" then "NOT_FOUND"
           else {"RESOURCE_EXHAUSTED": "THROTTLED", "REQUEST_LIMIT_EXCEEDED": "THROTTLED"}[.error_code] end)
  } end
