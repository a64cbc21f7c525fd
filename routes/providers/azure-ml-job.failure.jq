# What an error reply of Azure Resource Manager says: {code, message}, or null if it names no error. The HTTP status decides the
# kind.

(objects // {} | .error | objects // null)
| if . == null or $reply.status < 400 then null
  else {code, message}
  end
