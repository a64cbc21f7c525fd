/**
 * Builds the document. Text becomes text and nothing else: there is no way here to have a string read as HTML, whatever a
 * provider writes into it.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An element. Attributes that are null, undefined or false are left out; `on` holds listeners, `data` data attributes. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === "on") {
      Object.entries(value).forEach(([type, listener]) => element.addEventListener(type, listener));
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...there(children));
  return element;
}

const there = (children) => children.flat().filter((child) => child !== null && child !== undefined && child !== false);

/** Puts these children, or those of them that are something, in the place of all that an element has. */
export function put(element, ...children) {
  element.replaceChildren(...there(children));
}

/** What replaces the invisible: controls, and marks that would change the direction of what follows or show nothing. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu;

/** True for a text that would show nothing. */
export const blank = (text) => !text || /^[\p{C}\p{Z}\u034f\u115f\u1160\u2800\u3164\uffa0]*$/u.test(text.slice(0, 1000));

/** Text of a provider on one line, cut to a length, with nothing in it that cannot be seen. */
export function oneLine(text, longest = 200) {
  // Cut first: what is cleaned is bounded too.
  const start = String(text).slice(0, 4 * longest);
  const clean = start.replace(UNSEEN, " ").trim();
  const characters = Array.from(clean);
  return characters.length > longest || start.length < String(text).length
    ? characters.slice(0, longest).join("") + "\u2026"
    : clean;
}

/** Text of a provider, kept apart from the direction of the text around it. */
export function foreign(text, longest) {
  const line = oneLine(text, longest);
  return el("bdi", { title: line.endsWith("\u2026") ? oneLine(text, 1000) : null }, line);
}

/** A button that does something. */
export function button(label, action, attributes = {}) {
  return el("button", { type: "button", ...attributes, on: { click: action } }, label);
}

/** A button that copies a text. */
export function copyButton(text, what) {
  const label = "Copy " + what;
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Select it";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }, { class: "quiet copy", "aria-label": label, title: label });
  return copy;
}

/** The link of a provider if it is one of the web; its text otherwise. */
export function outwardLink(address) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // No address: shown as text.
  }
  const web = url && ["http:", "https:"].includes(url.protocol);
  return web
    ? el("a", { href: url.href, rel: "noopener noreferrer", target: "_blank" }, foreign(address, 300))
    : foreign(address, 300);
}
