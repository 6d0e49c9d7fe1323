// Plays a deck's steps on reveal.js: forward a film runs, back its last frame stands there at once.
(function () {
  "use strict";

  const asked = new URLSearchParams(location.search);
  const printing = asked.has("print-pdf");
  const receiving = asked.has("receiver"); // inside the speaker view
  const upcoming = receiving && !asked.has("postMessageEvents"); // its view of the next step
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const NEAR = 2; // steps on either side whose films are kept ready; browsers limit how many can be

  const UNSEEN = "video, aside, .before, .aside-from-sight"; // in the overview

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

  const still = () => printing || upcoming || motion.matches;

  function loadAround(index) {
    steps.forEach((step, at) => {
      const near = Math.abs(at - index) <= NEAR;
      if (near) loadPictures(step);
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

  function stop(step) {
    const video = step.querySelector("video");
    if (video) video.pause();
  }

  function enter(step, forward) {
    const index = steps.indexOf(step);
    loadAround(index);
    if (current && current !== step) stop(current);
    current = step;
    if (forward && !still()) play(step);
    else step.classList.add("ended");
    if (!receiving && !printing) history.replaceState(null, "", "#/" + step.dataset.link);
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
    if (step === current && "auto" in step.dataset && !receiving) {
      Reveal.next();
    }
  }

  function toggleCaptions() {
    const tracks = steps.flatMap((step) => [...(step.querySelector("video")?.textTracks ?? [])]);
    const mode = tracks.some((track) => track.mode === "showing") ? "disabled" : "showing";
    for (const track of tracks) track.mode = mode;
  }

  function addKeys() {
    const again = { keyCode: 82, key: "R", description: "Play the step again" };
    Reveal.addKeyBinding(again, () => still() || play(current));
    const captions = { keyCode: 67, key: "C", description: "Show or hide captions" };
    Reveal.addKeyBinding(captions, toggleCaptions);
    const overview = { keyCode: 79, key: "O", description: "All steps" };
    Reveal.addKeyBinding(overview, showOverview);
    Reveal.addKeyBinding({ ...overview, keyCode: 27, key: "Esc" }, showOverview);
    document.querySelector("dialog").addEventListener("keydown", moveInOverview);
    addEventListener("resize", fitThumbnails);
  }

  // All steps as small pictures; a click goes there.
  function showOverview() {
    const dialog = document.querySelector("dialog");
    if (dialog.open) return dialog.close();
    dialog.replaceChildren(...steps.map(thumbnail));
    dialog.showModal();
    fitThumbnails();
    const here = dialog.children[steps.indexOf(current)];
    here.focus();
    here.scrollIntoView({ block: "center" });
  }

  function fitThumbnails() {
    const dialog = document.querySelector("dialog");
    const width = dialog.firstElementChild?.clientWidth ?? 0;
    dialog.style.setProperty("--scale", width / 960);
  }

  function thumbnail(step) {
    loadPictures(step);
    const button = document.createElement("button");
    const frame = document.createElement("div");
    const sheet = document.createElement("div");
    const small = step.cloneNode(true);
    for (const hidden of small.querySelectorAll(UNSEEN)) hidden.remove();
    sheet.className = "slides " + small.className.replace(/\b(past|present|future)\b/g, "ended");
    sheet.append(...small.childNodes);
    frame.append(sheet);
    frame.setAttribute("aria-hidden", "true");
    button.append(frame, step.dataset.title);
    if (step === current) button.setAttribute("aria-current", "step");
    button.addEventListener("click", () => {
      document.querySelector("dialog").close();
      goTo(step);
    });
    return button;
  }

  function moveInOverview(event) {
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
  if (printing) steps.forEach(loadPictures);
  showControlsWhilePointing(document.querySelector(".reveal"));

  Reveal.on("ready", (event) => {
    if (!receiving) follow();
    if (current === null) enter(event.currentSlide, true);
    addEventListener("hashchange", follow);
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
    plugins: [RevealNotes],
  });
})();
