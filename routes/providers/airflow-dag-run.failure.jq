# What an error reply of Apache Airflow says: {code, message}, or null if it names no error. The HTTP status decides the kind.

(objects // {} | .detail)
| if . == null then null
  elif type == "string" then {code: null, message: .}
  else {code: null, message: ([.[]? | .msg] | join("; "))}
  end
