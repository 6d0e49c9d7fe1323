// Captions below the slides, by the film's own clock; the last one stays as long as its last frame.
function addCaptions(steps, current, still) {
  "use strict";

  const strip = document.querySelector(".captions");
  const text = (cue) => cue.getCueAsHTML().textContent;

  for (const step of steps) {
    const track = step.querySelector("video")?.textTracks[0];
    if (!track) continue;
    track.mode = "hidden"; // its cues are read here, and nothing is drawn over the film
    track.addEventListener("cuechange", () => step === current() && show());
    step.querySelector("track").addEventListener("load", () => step === current() && show());
  }

  function show() {
    const video = current()?.querySelector("video");
    const cues = [...(video?.textTracks[0]?.cues ?? [])];
    const now = still() || current().classList.contains("ended") ? Infinity : video?.currentTime;
    strip.textContent = cues.filter((cue) => cue.startTime <= now).map(text).pop() ?? "";
  }

  function toggle() {
    strip.hidden = !strip.hidden;
    document.body.classList.toggle("captioned", !strip.hidden);
    Reveal.layout();
    show();
  }

  return { show, toggle };
}
