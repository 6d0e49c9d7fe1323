"use strict";
// Shows the newest deck, at the step at which the last one stood, and says what is wrong.
(() => {
  const frame = document.querySelector("iframe");
  const status = document.querySelector(".status");
  const error = document.querySelector(".error");
  let shown = -1;

  const events = new EventSource("events");
  events.onmessage = (message) => hear(JSON.parse(message.data));
  events.onerror = () => (status.textContent = "Not connected: mlanim has ended");

  function hear(state) {
    error.hidden = state.status !== "failed";
    error.textContent = state.message;
    status.textContent = state.status === "drawing" ? "Making the deck" : "";
    if (state.status === "ready" && state.revision !== shown) show(state.revision);
  }

  const steps = () => [...frame.contentDocument.querySelectorAll("section[data-link]")];

  function show(revision) {
    const at = shown < 0 ? null : steps().findIndex((step) => step.matches(".present"));
    if (at === null) frame.src = "films/deck.html";
    else frame.contentWindow.location.reload();
    shown = revision;
    frame.hidden = false;
    frame.addEventListener("load", () => stay(at), { once: true });
  }

  // The step of the old link, or where a new heading has given it another, the one in its place.
  function stay(at) {
    const link = decodeURIComponent(frame.contentWindow.location.hash.slice(2));
    const kept = steps().some((step) => step.dataset.link === link);
    const there = steps()[Math.min(at, steps().length - 1)];
    if (at !== null && !kept) frame.contentWindow.location.hash = "#/" + there.dataset.link;
    frame.contentWindow.focus();
  }
})();
