/*
 * Light, dark or as the system has it; remembered. Not a module: it runs before the page is drawn, so that a dark page
 * does not flash.
 */
{
  const KEY = "jobrelay.theme";
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;

  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const set = (theme) => {
    root.dataset.theme = THEMES.includes(theme) ? theme : "system";
    const button = document.getElementById("theme");
    if (button) {
      button.textContent = { system: "Auto", light: "Light", dark: "Dark" }[root.dataset.theme];
      button.title = "Colours: " + button.textContent.toLowerCase() + ". Click for the next.";
      button.setAttribute("aria-label", button.title);
    }
  };

  set(remembered());
  document.addEventListener("DOMContentLoaded", () => {
    set(root.dataset.theme);
    document.getElementById("theme").addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
      set(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // A browser that keeps nothing shows it until the page is closed.
      }
    });
  });
}
