// Plays a deck's steps on reveal.js: forward a film runs, back its last frame stands there at once.
(function () {
  "use strict";

  const asked = new URLSearchParams(location.search);
  const printing = asked.has("print-pdf");
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const NEAR = 2; // steps on either side whose films are kept ready; browsers limit how many can be

  const UNSEEN = "iframe, video, audio, aside, .before, .aside-from-sight"; // in the overview

  const steps = [...document.querySelectorAll("section[data-link]")];
  const urls = new Map();
  let current = null;

  // A file's address: beside the page, or made here from what the page carries.
  function url(name) {
    if (!urls.has(name)) {
      const carried = document.getElementById("media-" + name);
      urls.set(name, carried ? URL.createObjectURL(blob(carried)) : name);
    }
    return urls.get(name);
  }

  function blob(carried) {
    const text = atob(carried.textContent);
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return new Blob([bytes], { type: carried.dataset.type });
  }

  function loadPictures(step) {
    for (const picture of step.querySelectorAll("img[data-media]:not([src])")) {
      picture.src = url(picture.dataset.media);
    }
  }

  function loadFilm(step) {
    const video = step.querySelector("video");
    if (video && !video.hasAttribute("src")) video.src = url(video.dataset.media);
  }

  function unloadFilm(step) {
    const video = step.querySelector("video");
    if (video && video.hasAttribute("src")) {
      video.removeAttribute("src");
      video.load();
    }
  }

  // A live figure in the state in which it was left, on this step or on another of its slide.
  const left = new Map();

  function loadLive(step) {
    if (printing) return;
    for (const frame of step.querySelectorAll("iframe:not([src])")) {
      frame.src = url(frame.dataset.media);
      frame.addEventListener("load", () => resume(frame));
    }
  }

  function unloadLive(step) {
    for (const frame of step.querySelectorAll("iframe[src]")) frame.removeAttribute("src");
  }

  function resume(frame) {
    const state = left.get(frame.dataset.media);
    if (state !== undefined) frame.contentWindow.postMessage({ mlanim: { state } }, "*");
  }

  // What live figures say: the keys that they have no use for, and their states.
  function hear({ source, data }) {
    const frame = [...document.querySelectorAll("iframe")].find((f) => f.contentWindow === source);
    if (!frame || !data.mlanim) return;
    const { state, key, keyCode } = data.mlanim;
    if (state !== undefined) left.set(frame.dataset.media, state);
    if (keyCode === undefined) return;
    frame.blur();
    window.focus();
    if (key !== "Escape") {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode, bubbles: true }));
    }
  }

  const still = () => printing || motion.matches;

  function loadAround(index) {
    steps.forEach((step, at) => {
      const near = Math.abs(at - index) <= NEAR;
      if (near) loadPictures(step);
      if (near) loadLive(step);
      else unloadLive(step);
      if (near && !still()) loadFilm(step);
      else unloadFilm(step);
    });
  }

  function play(step) {
    const video = step.querySelector("video");
    if (!video) return;
    step.classList.remove("ended");
    video.currentTime = 0;
    video.play().catch(() => step.classList.add("ended")); // if the browser will not, show the end
  }

  // What is said to a step goes on over further steps of its slide that have no words of their own.
  let speaking = null;
  function speak(step, forward) {
    const audio = step.querySelector("audio");
    const slide = (one) => one.dataset.link.split("/")[0];
    if (speaking && (audio || !forward || slide(speaking.closest("section")) !== slide(step))) {
      speaking.pause();
      speaking = null;
    }
    if (!audio || !forward || printing) return;
    if (!audio.hasAttribute("src")) audio.src = url(audio.dataset.media);
    audio.currentTime = 0;
    speaking = audio;
    audio.play().catch(() => { // browsers play no sound before a first key or click
      if (speaking === audio) speaking = null;
      goOn(step);
    });
  }

  function spoken(event) {
    if (speaking === event.target) speaking = null;
    goOn(event.target.closest("section"));
  }

  function stop(step) {
    const video = step.querySelector("video");
    if (video) video.pause();
  }

  function enter(step, forward) {
    const index = steps.indexOf(step);
    loadAround(index);
    if (current && current !== step) stop(current);
    current = step;
    step.querySelectorAll("iframe[src]").forEach(resume);
    speak(step, forward);
    deckCaptions.show();
    deckSpeaker.show();
    if (forward && !still()) play(step);
    else step.classList.add("ended");
    if (!printing) history.replaceState(null, "", "#/" + step.dataset.link);
  }

  // The step of an address that ends in #/name/number, or of the first of #/name.
  function linked() {
    const link = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
    return (
      steps.find((step) => step.dataset.link === link) ||
      steps.find((step) => step.dataset.link.split("/")[0] === link)
    );
  }

  function goTo(step) {
    const { h, v } = Reveal.getIndices(step);
    Reveal.slide(h, v);
  }

  function follow() {
    const step = linked();
    if (step && step !== current) goTo(step);
  }

  function ended(event) {
    const step = event.target.closest("section");
    step.classList.add("ended");
    goOn(step);
  }

  // A step that goes on by itself does so once its film and its voice have ended.
  function goOn(step) {
    const over = step.classList.contains("ended") && !speaking;
    if (step === current && "auto" in step.dataset && over) Reveal.next();
  }

  const KEYS = [
    ["→, Space, Page Down", "the next step"], ["←, Page Up", "the step before"],
    ["Home, End", "the first, the last"], ["G, a number, Enter", "the step of that number"],
    ["O, Esc", "all steps"], ["S", "the speaker's view, with the notes"],
    ["R", "play the step again"], ["C", "captions"], ["F", "full screen"], ["B", "black"],
    ["?", "these keys"],
  ];

  const dialog = (name) => document.querySelector("dialog." + name);

  function toggle(name) {
    if (dialog(name).open) return dialog(name).close();
    dialog(name).showModal();
    (dialog(name).querySelector("input") ?? dialog(name)).focus(); // who hears the keys
  }

  // What keys do; the deck behind an open dialog must not hear any.
  function addDialogs() {
    const list = document.createElement("dl");
    for (const [keys, what] of KEYS) {
      list.append(document.createElement("dt"), document.createElement("dd"));
      list.lastChild.previousSibling.textContent = keys;
      list.lastChild.textContent = what;
    }
    dialog("keys").append(list);
    addEventListener("keydown", (event) => {
      if (event.key === "?" && !dialog("number").open) toggle("keys");
    });
    const input = dialog("number").querySelector("input");
    input.max = steps.length;
    dialog("number").querySelector("form").addEventListener("submit", () => {
      goTo(steps[input.valueAsNumber - 1]);
      input.value = "";
    });
    for (const small of document.querySelectorAll("dialog.small")) {
      small.addEventListener("keydown", (event) => {
        if (event.key !== "?" && small.open) event.stopPropagation();
      });
      small.addEventListener("click", () => small.close());
    }
    input.addEventListener("click", (event) => event.stopPropagation());
  }

  function addKeys() {
    addDialogs();
    const number = { keyCode: 71, key: "G", description: "Go to a step by its number" };
    Reveal.addKeyBinding(number, () => toggle("number"));
    const question = { keyCode: 191, key: "?", description: "These keys" };
    Reveal.addKeyBinding(question, () => {}); // reveal.js would turn the screen black
    const again = { keyCode: 82, key: "R", description: "Play the step again" };
    Reveal.addKeyBinding(again, () => {
      speak(current, true);
      if (!still()) play(current);
    });
    const captions = { keyCode: 67, key: "C", description: "Show or hide captions" };
    Reveal.addKeyBinding(captions, deckCaptions.toggle);
    const speaker = { keyCode: 83, key: "S", description: "The speaker's view" };
    Reveal.addKeyBinding(speaker, () => deckSpeaker.open());
    const overview = { keyCode: 79, key: "O", description: "All steps" };
    Reveal.addKeyBinding(overview, showOverview);
    Reveal.addKeyBinding({ ...overview, keyCode: 27, key: "Esc" }, showOverview);
    dialog("overview").addEventListener("keydown", moveInOverview);
    addEventListener("resize", fitThumbnails);
  }

  // A step as it ends, to be shown at another size.
  function small(step) {
    loadPictures(step);
    const sheet = document.createElement("div");
    const copy = step.cloneNode(true);
    for (const hidden of copy.querySelectorAll(UNSEEN)) hidden.remove();
    sheet.className = "slides " + copy.className.replace(/\b(past|present|future)\b/g, "ended");
    sheet.append(...copy.childNodes);
    return sheet;
  }

  // All steps as small pictures; a click goes there.
  function showOverview() {
    const all = dialog("overview");
    if (all.open) return all.close();
    all.replaceChildren(...steps.map(thumbnail));
    all.showModal();
    fitThumbnails();
    const here = all.children[steps.indexOf(current)];
    here.focus();
    here.scrollIntoView({ block: "center" });
  }

  function fitThumbnails() {
    const width = dialog("overview").firstElementChild?.clientWidth ?? 0;
    dialog("overview").style.setProperty("--scale", width / 960);
  }

  function thumbnail(step) {
    const button = document.createElement("button");
    const frame = document.createElement("div");
    frame.append(small(step));
    frame.setAttribute("aria-hidden", "true");
    button.append(frame, step.dataset.title);
    if (step === current) button.setAttribute("aria-current", "step");
    button.addEventListener("click", () => {
      dialog("overview").close();
      goTo(step);
    });
    return button;
  }

  function moveInOverview(event) {
    if (!event.currentTarget.open) return; // it has the focus for a moment after it has closed
    const all = [...event.currentTarget.children];
    const columns = all.filter((button) => button.offsetTop === all[0].offsetTop).length;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (event.key.toLowerCase() === "o") event.currentTarget.close();
    if (by) {
      all[all.indexOf(document.activeElement) + by]?.focus();
      event.preventDefault();
    }
    event.stopPropagation(); // the deck behind must not move
  }

  function showControlsWhilePointing(reveal) {
    let timer;
    document.addEventListener("pointermove", () => {
      reveal.classList.add("pointing");
      clearTimeout(timer);
      timer = setTimeout(() => reveal.classList.remove("pointing"), 2000);
    });
  }

  for (const video of document.querySelectorAll("video")) video.addEventListener("ended", ended);
  for (const audio of document.querySelectorAll("audio")) audio.addEventListener("ended", spoken);
  if (printing) steps.forEach(loadPictures);
  showControlsWhilePointing(document.querySelector(".reveal"));

  const deckCaptions = addCaptions(steps, () => current, still);
  const deckSpeaker = addSpeaker(steps, () => current, small, goTo);

  Reveal.on("ready", (event) => {
    follow();
    if (current === null) enter(event.currentSlide, true);
    addEventListener("hashchange", follow);
    addEventListener("message", hear);
    addKeys();
  });
  Reveal.on("slidechanged", ({ previousSlide, currentSlide }) => {
    enter(currentSlide, steps.indexOf(currentSlide) > steps.indexOf(previousSlide));
  });
  Reveal.initialize({
    width: 960,
    height: 540,
    margin: 0,
    minScale: 0.1,
    maxScale: 20,
    center: false,
    transition: "none",
    backgroundTransition: "none",
    navigationMode: "linear",
    controlsTutorial: false,
    scrollActivationWidth: 0,
    overview: false, // ours shows all steps, not only those around
    help: false, // ours lists the deck's own keys
    jumpToSlide: false, // ours counts steps
    progress: document.querySelector(".reveal").dataset.progress === "true",
  });
})();
