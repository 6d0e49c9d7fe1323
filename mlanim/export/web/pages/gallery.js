"use strict";
// Plays what is pointed at, filters by chapter and word, copies commands.
(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const scenes = [...document.querySelectorAll(".scene")];

  for (const scene of scenes) {
    film(scene);
    copying(scene);
    trying(scene);
  }
  filtering();
  document.addEventListener("themechange", (event) => dress(event.detail));

  function film(scene) {
    const video = scene.querySelector("video");
    const play = scene.querySelector(".play");
    const bar = scene.querySelector(".progress");
    const box = scene.querySelector(".film");
    let watched = false; // with controls, as a film, and no longer as a preview

    video.controls = false;
    play.hidden = false;

    const preview = () => {
      if (!watched && !still.matches) video.play().catch(() => {});
    };
    const rest = () => {
      if (!watched) video.pause();
    };
    const watch = (from) => {
      watched = true;
      play.hidden = true;
      video.controls = true;
      video.loop = false;
      if (from !== undefined) seek(video, from);
      video.focus();
      video.play().catch(() => {});
    };

    box.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && preview());
    box.addEventListener("pointerleave", rest);
    play.addEventListener("focus", preview);
    play.addEventListener("blur", rest);
    play.addEventListener("click", () => watch());
    video.addEventListener("click", () => watched || watch());
    video.addEventListener("timeupdate", () => {
      bar.style.width = `${(100 * video.currentTime) / video.duration || 0}%`;
    });
    for (const step of scene.querySelectorAll(".seek")) {
      step.addEventListener("click", () => {
        watch(Number(step.dataset.time));
        box.scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "nearest" });
      });
    }
  }

  function seek(video, time) {
    if (video.readyState) video.currentTime = time;
    else video.addEventListener("loadedmetadata", () => (video.currentTime = time), { once: true });
  }

  // A live figure, loaded once it is asked for.
  function trying(scene) {
    const frame = scene.querySelector(".live iframe");
    frame?.closest("details").addEventListener("toggle", () => {
      if (!frame.src) frame.src = frame.dataset.src;
    });
    frame?.addEventListener("load", () => tell(frame));
  }

  const tell = (frame, theme = document.documentElement.dataset.theme) =>
    frame.contentWindow?.postMessage({ mlanim: { theme } }, "*");

  function copying(scene) {
    const button = scene.querySelector(".copy");
    const command = scene.querySelector(".command code");
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.textContent = (await copied(command)) ? "Copied" : "Press Ctrl+C";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }

  async function copied(element) {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(element); // where a page may not write to the clipboard
      return document.execCommand("copy");
    }
  }

  function filtering() {
    const bar = document.querySelector(".filter");
    const search = bar.querySelector("input[type=search]");
    const count = bar.querySelector(".count");

    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chapter = bar.querySelector("input[name=chapter]:checked").value;
      let shown = 0;
      for (const scene of scenes) {
        const text = scene.textContent.toLowerCase();
        scene.hidden =
          (chapter && scene.dataset.chapter !== chapter) ||
          !words.every((word) => text.includes(word));
        shown += !scene.hidden;
      }
      count.textContent = shown === 1 ? "1 scene" : `${shown || "No"} scenes`;
    };

    bar.hidden = false;
    bar.addEventListener("input", apply);
    apply();
  }

  function dress(theme) {
    for (const frame of document.querySelectorAll(".live iframe[src]")) tell(frame, theme);
    for (const element of document.querySelectorAll("video, .poster, .downloads a")) {
      for (const name of ["src", "href"]) {
        const value = element.dataset[theme + name[0].toUpperCase() + name.slice(1)];
        if (value && element.getAttribute(name) !== value) element.setAttribute(name, value);
      }
    }
  }
})();
