/** Asks the API. A token that is demanded is asked for once; what waited for it goes on by itself. */

import { signIn } from "./sign-in.js";

const KEY = "jobrelay.token";

/** What the API refused, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** A path with its query; arrays give a name several times, what is empty is left out. */
export function path(base, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== "") {
        search.append(name, one);
      }
    }
  }
  const text = search.toString();
  return text ? base + "?" + text : base;
}

export const get = (where, options = {}) => json("GET", where, options);
export const post = (where, body, options = {}) => json("POST", where, { ...options, body });
export const remove = (where, options = {}) => json("DELETE", where, options);

async function json(method, where, { body, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const response = await send(where, {
    method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
  });
  if (response.status === 204) {
    return null;
  }
  try {
    return await response.json();
  } catch (e) {
    throw e.name === "AbortError" ? e : new Problem(0, "The answer was cut off.");
  }
}

/** Any request; the answer is one of success. */
export async function send(where, options) {
  const token = sessionStorage.getItem(KEY);
  let response;
  try {
    response = await fetch(where, {
      ...options,
      headers: { ...options.headers, ...(token ? { Authorization: "Bearer " + token } : {}) },
    });
  } catch (e) {
    throw e.name === "AbortError" ? e : new Problem(0, "Jobrelay does not answer.");
  }
  if (response.status === 401) {
    // Somebody else may have signed in meanwhile.
    if (token === sessionStorage.getItem(KEY)) {
      sessionStorage.setItem(KEY, await signIn(token !== null));
    }
    return send(where, options);
  }
  if (!response.ok) {
    throw await problem(response);
  }
  return response;
}

async function problem(response) {
  try {
    const said = await response.json();
    return new Problem(response.status, said.detail, said.errors);
  } catch {
    return new Problem(response.status, "Jobrelay answered " + response.status + " and did not say why.");
  }
}
