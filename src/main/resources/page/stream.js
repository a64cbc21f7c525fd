/**
 * What changes, as it changes: `/api/stream` read with fetch, since an EventSource cannot send a token. It resumes where it
 * was; a tab that nobody looks at gives its connection back, of which a browser has only six for all tabs.
 *
 * Events: `changes` (detail: CloudEvents, those of one frame together), `reset` (changes were missed: read everything anew),
 * `resumed` (after a break: no change was missed, but what is no change may be old), `state` (detail: connecting, live,
 * reconnecting, paused).
 */

import { send } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** The other side says something every ten seconds. */
const SILENCE = 25_000;
const HIDDEN_FOR = 10_000;
const MOST_WAITING = 2_000;

export const stream = new EventTarget();

let position = null;
let running = null;
let wait = FIRST_WAIT;
let waiting = [];
let frame = 0;
let begun = false;

/** Begins behind that position. */
export function start(after) {
  position = after;
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(pause, HIDDEN_FOR);
    } else if (running === null) {
      run();
    }
  });
  // A page that is left lives on for going back, and would keep its connection.
  addEventListener("pagehide", pause);
  addEventListener("pageshow", (event) => {
    if (event.persisted && running === null) {
      run();
    }
  });
  // Whose network comes back does not wait for the end of the pause.
  addEventListener("online", () => {
    if (running?.sleeping) {
      running.wake();
    }
  });
  run();
}

function say(state) {
  stream.dispatchEvent(new CustomEvent("state", { detail: state }));
}

function pause() {
  running?.abort();
  running = null;
  say("paused");
}

async function run() {
  const me = { aborted: false, controller: null, sleeping: false, wake: () => {} };
  me.abort = () => {
    me.aborted = true;
    me.controller?.abort();
    me.wake();
  };
  running = me;
  say("connecting");
  while (!me.aborted) {
    me.controller = new AbortController();
    try {
      await read(me.controller);
    } catch {
      // Whatever it was, it is tried again.
    }
    if (!me.aborted) {
      say("reconnecting");
      await sleep(me);
    }
  }
}

function sleep(me) {
  const time = wait * (0.75 + Math.random() / 2);
  wait = Math.min(LONGEST_WAIT, wait * 2);
  return new Promise((resolve) => {
    const timer = setTimeout(() => me.wake(), time);
    me.sleeping = true;
    me.wake = () => {
      clearTimeout(timer);
      me.sleeping = false;
      resolve();
    };
  });
}

async function read(controller) {
  let timer = 0;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), SILENCE);
  };
  try {
    const response = await send("api/stream", {
      headers: { Accept: "text/event-stream", "Last-Event-ID": String(position) },
      cache: "no-store",
      signal: controller.signal,
    });
    alive();
    const parse = parser(receive);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    say("live");
    if (begun) {
      stream.dispatchEvent(new CustomEvent("resumed"));
    }
    begun = true;
    wait = FIRST_WAIT;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      alive();
      parse(part.value);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Server-sent events out of text that comes in pieces. */
export function parser(dispatch) {
  let rest = "";
  let event = { type: "message", data: [], id: null };
  const line = (text) => {
    if (text === "") {
      dispatch(event.type, event.data.join("\n"), event.id);
      event = { type: "message", data: [], id: null };
      return;
    }
    const colon = text.indexOf(":");
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "event") {
      event.type = value;
    } else if (name === "data") {
      event.data.push(value);
    } else if (name === "id") {
      event.id = value;
    }
  };
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach((one) => line(one.replace(/\r$/, "")));
  };
}

function receive(type, data, id) {
  position = id ?? position;
  if (type === "reset") {
    waiting = [];
    stream.dispatchEvent(new CustomEvent("reset"));
  } else if (data !== "") {
    waiting.push(JSON.parse(data));
    if (waiting.length > MOST_WAITING) {
      // Faster than anybody can look: reading the lists anew is cheaper.
      waiting = [];
      stream.dispatchEvent(new CustomEvent("reset"));
    }
    frame ||= requestAnimationFrame(flush);
  }
}

function flush() {
  frame = 0;
  const changes = waiting;
  waiting = [];
  if (changes.length > 0) {
    stream.dispatchEvent(new CustomEvent("changes", { detail: changes }));
  }
}
