/** Says in passing what has been done or refused; read out by a screen reader. */

const SECONDS = 6;
let timer = 0;

export function toast(text, kind = "done") {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.dataset.kind = kind;
  clearTimeout(timer);
  timer = setTimeout(() => (place.textContent = ""), SECONDS * 1000);
}
