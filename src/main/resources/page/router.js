/** Where the reader is: `#/<view>?<parameters>`, in the address, so that it can be shared and gone back to. */

/** The view and its parameters. */
export function place() {
  const [view, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return { view, params: new URLSearchParams(query) };
}

/** The address of a place. */
export function href(view, params = {}) {
  const query = new URLSearchParams(params).toString();
  return "#/" + view + (query ? "?" + query : "");
}

/** Here, with other parameters; null takes one away, an array gives it several times. */
export function here(changes) {
  const { view, params } = place();
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== "") {
        params.append(name, one);
      }
    }
  }
  return href(view, params);
}

/** Goes there; `replace` leaves no step to go back to. */
export function go(address, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", address);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = address;
  }
}
