/** The form that adds a watch. Its fields are those of the API that is chosen; what is wrong is said at the field. */

import { get, post } from "./api.js";
import { formDialog } from "./ask.js";
import { button, el } from "./dom.js";
import { go, here } from "./router.js";
import { toast } from "./toast.js";

/** Opens the form. */
export async function addWatch() {
  let known;
  try {
    known = await get("api/apis");
  } catch (problem) {
    toast(problem.message, "refused");
    return;
  }
  new Form(known);
}

class Form {
  #known;
  #fields = new Map();
  #parameters = el("fieldset", { class: "parameters" });
  #said = el("div", { class: "said", role: "alert" });
  #submit = el("button", { type: "submit", class: "main" }, "Add watch");
  #api;
  #dialog;

  constructor(known) {
    this.#known = known;
    const api = this.#choice("api", "API", known.apis.map((one) => [one.name, one.name]));
    const account = this.#choice("account", "Account", known.accounts.map((one) =>
      [one.name, one.missing ? one.name + " (has no keys)" : one.name]));
    this.#api = api.input;
    this.#api.addEventListener("change", () => this.#chosen());
    const form = el("form", { novalidate: true },
      el("div", { class: "pair" }, api.element, account.element),
      this.#parameters,
      el("div", { class: "pair" },
        this.#text("every", "Every", { placeholder: "30s..10m", hint: "Shortest and longest time between two polls." }).element,
        this.#text("stuckAfter", "Stuck after", { placeholder: "2h", hint: "Says so when a state lasts longer." }).element),
      this.#text("labels", "Labels", { placeholder: "team:red, tier:gold", hint: "Key:value, separated by commas." }).element,
      el("label", { class: "tick" },
        el("input", { type: "checkbox", name: "progress" }), "Progress alone is a change too"),
      this.#said,
      el("div", { class: "answers" }, button("Cancel", () => this.#dialog.close()), this.#submit));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(form);
    });
    this.#chosen();
    this.#dialog = formDialog("Add a watch", form);
  }

  #choice(name, title, options) {
    const input = el("select", { name }, options.map(([value, text]) => el("option", { value }, text)));
    return this.#field(name, title, input, {});
  }

  #text(name, title, options) {
    const input = el("input", {
      type: "text", name, autocomplete: "off", spellcheck: "false", placeholder: options.placeholder,
      required: options.required ?? false,
    });
    return this.#field(name, title, input, options);
  }

  #field(name, title, input, { hint, required }) {
    const id = "field-" + name.replace(/[^A-Za-z0-9_-]/g, "-");
    const said = el("p", { class: "field-error", id: id + "-error" });
    input.id = id;
    input.setAttribute("aria-describedby", id + "-error");
    const element = el("div", { class: "field" },
      el("label", { for: id }, title, required && el("span", { class: "faint" }, " required")),
      input, hint && el("p", { class: "hint" }, hint), said);
    const field = { element, input, said };
    this.#fields.set(name, field);
    return field;
  }

  /** The parameters of the API; what was written for one that both have stays. */
  #chosen() {
    const api = this.#known.apis.find((one) => one.name === this.#api.value);
    const written = new Map();
    for (const [name, field] of [...this.#fields]) {
      if (name.startsWith("parameters.")) {
        written.set(name, field.input.value);
        this.#fields.delete(name);
      }
    }
    const fields = (names, required) => names.map((name) => {
      const field = this.#text("parameters." + name, name, { required });
      field.input.value = written.get("parameters." + name) ?? "";
      return field.element;
    });
    const optional = fields(api?.optional ?? [], false);
    this.#parameters.replaceChildren(
      el("legend", {}, "Parameters"),
      ...fields(api?.required ?? [], true),
      ...(optional.length > 0
        ? [el("details", {}, el("summary", {}, optional.length + " more, which may be left out"), ...optional)]
        : []),
      ...(api?.list ? [el("p", { class: "hint" }, "Finds any number of jobs, and goes on until it is removed.")] : []));
  }

  #watch(form) {
    const value = (name) => this.#fields.get(name).input.value.trim();
    const parameters = {};
    for (const name of this.#fields.keys()) {
      if (name.startsWith("parameters.") && value(name) !== "") {
        parameters[name.slice("parameters.".length)] = value(name);
      }
    }
    const labels = Object.fromEntries(value("labels").split(",").map((one) => one.trim()).filter(Boolean)
      .map((one) => one.split(/:(.*)/s)).map(([key, text]) => [key.trim(), (text ?? "").trim()]));
    return {
      api: value("api"),
      account: value("account"),
      parameters,
      ...(value("every") && { every: value("every") }),
      ...(value("stuckAfter") && { stuckAfter: value("stuckAfter") }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(form.elements.progress.checked && { progress: true }),
    };
  }

  async #send(form) {
    this.#submit.disabled = true;
    this.#clear();
    try {
      const watch = await post("api/watches", this.#watch(form));
      this.#dialog.close();
      toast("It is looked after from now on.");
      dispatchEvent(new Event("watch-changed"));
      go(here({ id: watch.id }));
    } catch (problem) {
      this.#refused(problem);
    } finally {
      this.#submit.disabled = false;
    }
  }

  #clear() {
    this.#said.replaceChildren();
    for (const { input, said } of this.#fields.values()) {
      said.textContent = "";
      input.removeAttribute("aria-invalid");
    }
  }

  /** Each problem at its field, the others together; the first field that is wrong gets the focus. */
  #refused(problem) {
    const elsewhere = [];
    let first = null;
    for (const { pointer, detail } of problem.errors?.length ? problem.errors : [{ pointer: "", detail: problem.message }]) {
      const place = pointer.split("/").slice(1).map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
      const field = this.#fields.get(place[0] === "parameters" ? "parameters." + place[1] : place[0]);
      if (field) {
        field.said.textContent = detail;
        field.input.setAttribute("aria-invalid", "true");
        field.input.closest("details")?.setAttribute("open", "");
        first ??= field.input;
      } else {
        elsewhere.push(el("p", {}, detail));
      }
    }
    this.#said.replaceChildren(...elsewhere);
    first?.focus();
  }
}
