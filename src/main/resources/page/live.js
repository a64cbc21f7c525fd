/**
 * Something that is read from the API again and again while somebody looks: every so often, soon after a change, and at
 * once when the connection is back. A reading that is overtaken by the next is given up.
 */

import { stream } from "./stream.js";

const SOON = 600;

export class Live {
  #read;
  #failed;
  #reading = null;
  #timer = 0;
  #ticker;
  #closing = new AbortController();

  /**
   * @param read reads and shows; is given a signal
   * @param every how often, in milliseconds
   * @param failed is told what went wrong, or null once it is well again
   * @param changes true if a change of a job or a watch is a reason to read
   */
  constructor(read, { every, failed = () => {}, changes = false }) {
    this.#read = read;
    this.#failed = failed;
    const { signal } = this.#closing;
    stream.addEventListener("reset", () => this.now(), { signal });
    stream.addEventListener("state", ({ detail }) => detail === "live" && this.soon(), { signal });
    if (changes) {
      stream.addEventListener("changes", () => this.soon(), { signal });
    }
    this.#ticker = setInterval(() => !document.hidden && this.#reading === null && this.now(), every);
  }

  soon() {
    this.#timer ||= setTimeout(() => this.now(), SOON);
  }

  async now() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    try {
      await this.#read(reading.signal);
      this.#failed(null);
    } catch (problem) {
      if (problem.name !== "AbortError") {
        this.#failed(problem);
      }
    } finally {
      if (this.#reading === reading) {
        this.#reading = null;
      }
    }
  }

  close() {
    this.#closing.abort();
    this.#reading?.abort();
    clearInterval(this.#ticker);
    clearTimeout(this.#timer);
  }
}

/** Shows what went wrong at a place, and takes it away again. */
export const says = (place) => (problem) =>
  place.replaceChildren(...(problem ? [refusal(problem.message)] : []));

function refusal(text) {
  const said = document.createElement("p");
  said.className = "refused";
  said.setAttribute("role", "alert");
  said.textContent = text;
  return said;
}
