# What an error reply of the Hugging Face Hub says: {code, message}, or null if it names no error. The HTTP status decides.

(objects // {})
| if (.error | type) != "string" then null
  else {code: ($reply.headers["x-error-code"] // ($reply.status | tostring)), message: .error} end
