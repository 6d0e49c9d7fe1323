"use strict";
// Shows the newest film, keeps the place when another comes, and says what is wrong.
(() => {
  const find = (selector) => document.querySelector(selector);
  const video = find("video");
  const scrubber = find(".scrubber input");
  const buttons = { back: find(".back"), toggle: find(".toggle"), forward: find(".forward") };
  const GLYPHS = { play: "M8 5v14l11-7z", pause: "M7 5h4v14H7zm6 0h4v14h-4z" };
  let about = { slides: [], duration: 0, fps: 15 };
  let shown = null; // the film that the video holds

  const events = new EventSource("events");
  events.onmessage = (message) => hear(JSON.parse(message.data));
  events.onerror = () => say("Not connected: mlanim watch has ended");

  async function hear(state) {
    const error = find(".error");
    error.hidden = state.status !== "failed";
    if (error.textContent !== state.message) error.textContent = state.message;
    find(".progress").style.width = state.status === "drawing" ? `${100 * state.progress}%` : 0;
    say({ drawing: "Drawing", failed: "Failed: the last good picture stays" }[state.status]);
    if (state.status === "ready") {
      if (state.film !== shown) await show(state);
      say(`${state.duration.toFixed(1)} s, ${count(state.slides.length)}`);
    }
  }

  function count(steps) {
    return steps === 1 ? "1 step" : `${steps} steps`;
  }

  function say(words) {
    const status = find(".status");
    if (words !== undefined && status.textContent !== words) status.textContent = words;
  }

  async function show(state) {
    const film = await (await fetch(state.film)).blob();
    const [playing, old] = [!video.paused, video.src];
    const time = placeIn(state);
    shown = state.film;
    about = state;
    video.src = URL.createObjectURL(film); // from memory, so that every place can be reached
    if (old) URL.revokeObjectURL(old);
    await new Promise((done) => video.addEventListener("loadeddata", done, { once: true }));
    video.currentTime = Math.min(time, last());
    if (playing) video.play().catch(() => {});
    scrubber.max = about.duration;
    for (const control of [scrubber, ...Object.values(buttons)]) control.disabled = false;
    mark(".ticks", about.slides.map((slide) => [slide.time, slide.time]));
    mark(".changed", about.drawn);
    place();
  }

  // Where one was; at first where the first play that was drawn has ended, since what a play begins
  // with may be an empty frame.
  function placeIn(state) {
    if (shown !== null) return video.currentTime;
    const end = state.drawn[0]?.[1] ?? state.slides[0]?.time ?? state.duration;
    return end - 0.5 / state.fps;
  }

  function mark(selector, spans) {
    const marks = spans.map(([start, end]) => {
      const mark = document.createElement("i");
      mark.style.left = `${(100 * start) / about.duration}%`;
      if (end > start) mark.style.width = `${(100 * (end - start)) / about.duration}%`;
      return mark;
    });
    find(selector).replaceChildren(...marks);
  }

  const last = () => Math.max(0, about.duration - 0.5 / about.fps);
  const pauses = () => about.slides.map((slide) => slide.time - 0.5 / about.fps);

  function place() {
    const time = video.currentTime;
    scrubber.value = time;
    scrubber.setAttribute("aria-valuetext", `${time.toFixed(1)} seconds`);
    find(".clock").textContent = `${time.toFixed(1)} s`;
    const slide = about.slides.find((step) => time < step.time);
    find(".notes").textContent = slide ? slide.notes : "";
  }

  function toggle() {
    if (!video.paused) return video.pause();
    if (video.currentTime >= last()) video.currentTime = 0;
    video.play().catch(() => {});
  }

  function step(direction) {
    video.pause();
    const near = 0.25 / about.fps;
    const stops = [0, ...pauses(), last()];
    const found =
      direction > 0
        ? stops.find((time) => time > video.currentTime + near)
        : stops.findLast((time) => time < video.currentTime - near);
    video.currentTime = found ?? (direction > 0 ? last() : 0);
  }

  function onPlaying() {
    const playing = !video.paused;
    find(".glyph").setAttribute("d", playing ? GLYPHS.pause : GLYPHS.play);
    buttons.toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
    if (playing) requestAnimationFrame(function follow() {
      place();
      if (!video.paused) requestAnimationFrame(follow);
    });
  }

  buttons.toggle.addEventListener("click", toggle);
  video.addEventListener("click", toggle);
  buttons.back.addEventListener("click", () => step(-1));
  buttons.forward.addEventListener("click", () => step(1));
  scrubber.addEventListener("input", () => {
    video.pause();
    video.currentTime = Math.min(Number(scrubber.value), last());
  });
  for (const name of ["play", "pause", "ended"]) video.addEventListener(name, onPlaying);
  for (const name of ["seeked", "timeupdate"]) video.addEventListener(name, place);
  document.addEventListener("keydown", (event) => {
    const onControl = ["BUTTON", "INPUT"].includes(event.target.tagName);
    if (event.key === " " && !(onControl && event.target.tagName === "BUTTON")) toggle();
    else if (event.key === "PageDown") step(1);
    else if (event.key === "PageUp") step(-1);
    else if (event.key === "ArrowRight" && !onControl) nudge(1);
    else if (event.key === "ArrowLeft" && !onControl) nudge(-1);
    else return;
    event.preventDefault();
  });

  function nudge(frames) {
    video.pause();
    video.currentTime = Math.min(Math.max(0, video.currentTime + frames / about.fps), last());
  }
})();
