"use strict";
// Which theme the page wears: the reader's choice, else what the system prefers.
(() => {
  const KEY = "mlanim-theme";
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a page opened from a file may have no storage
    }
  }

  function theme() {
    return root.dataset.theme || (light.matches ? "light" : "dark");
  }

  function announce() {
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme() }));
  }

  if (["dark", "light"].includes(stored())) root.dataset.theme = stored();

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme-switch");
    const name = () => (theme() === "dark" ? "Light" : "Dark");
    const label = () => {
      button.textContent = name();
      button.setAttribute("aria-label", `Switch to the ${name().toLowerCase()} theme`);
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      try {
        localStorage.setItem(KEY, root.dataset.theme);
      } catch {
        // the choice holds for this page only
      }
      announce();
    });
    light.addEventListener("change", announce);
    document.addEventListener("themechange", label);
    announce();
  });
})();
