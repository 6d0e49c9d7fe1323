// The speaker's view: a window with the notes, this step and the next, the clock and the plan.
function addSpeaker(steps, current, small, goTo) {
  "use strict";

  const LAYOUT = `
    <main>
      <section class="now"><h2>Now: <b></b></h2><div class="slide"></div></section>
      <section class="next"><h2>Next: <b></b></h2><div class="slide"></div></section>
      <section class="said"><h2>Notes</h2><p class="notes"></p></section>
      <footer>
        <div><b class="count"></b><span>step</span></div>
        <div><b class="clock"></b><span>clock</span></div>
        <div><b class="spent"></b><span>since the start</span></div>
        <div class="planned"><b class="plan"></b><span>planned by the end of this step</span></div>
        <div class="planned"><b class="late"></b><span class="which"></span></div>
        <button type="button">Start the time again</button>
      </footer>
    </main>`;
  const STYLE = `
    html, body { height: 100%; margin: 0; background: var(--background); color: var(--text); }
    main { box-sizing: border-box; height: 100%; padding: 16px; display: grid; gap: 16px;
      grid: "now next" auto "now said" 1fr "foot foot" auto / 3fr 2fr;
      font: 20px/1.45 "Source Sans Pro", sans-serif; }
    .now { grid-area: now; } .next { grid-area: next; } .said { grid-area: said; min-height: 0;
      display: flex; flex-direction: column; }
    section { min-width: 0; }
    main > section > h2 { margin: 0 0 6px; font-size: 15px; font-weight: 400; color: var(--muted);
      white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    main > section > h2 b { font-weight: 600; color: var(--text); }
    .slide { position: relative; aspect-ratio: 16 / 9; overflow: hidden;
      outline: 1px solid var(--rule); }
    .slide > div { position: absolute; width: 960px; height: 540px; transform-origin: 0 0; }
    .notes { margin: 0; overflow-y: auto; white-space: pre-line; font-size: 24px; flex: 1; }
    footer { grid-area: foot; display: flex; flex-wrap: wrap; gap: 12px 40px; align-items: end;
      border-top: 1px solid var(--rule); padding-top: 12px; }
    footer div { display: grid; } footer b { font-size: 30px; font-variant-numeric: tabular-nums; }
    footer span { font-size: 15px; color: var(--muted); }
    footer [hidden] { display: none; }
    button { margin-left: auto; font: inherit; font-size: 16px; color: inherit; padding: 6px 14px;
      background: none; border: 1px solid var(--muted); border-radius: 6px; cursor: pointer; }`;

  const plan = planned();
  let view = null;
  let began = Date.now();

  // Minutes by the end of each step, as the lecture plans them; what it does not say of a step is
  // shared by those of which it says nothing. Null where it plans nothing.
  function planned() {
    const given = steps.map((step) => parseFloat(step.dataset.minutes));
    const silent = given.filter(isNaN).length;
    const said = given.reduce((sum, minutes) => sum + (minutes || 0), 0);
    const all = parseFloat(document.querySelector(".reveal").dataset.minutes);
    if (isNaN(all) && silent === steps.length) return null;
    const share = silent && !isNaN(all) ? Math.max(0, all - said) / silent : 0;
    let sum = 0;
    return given.map((minutes) => (sum += isNaN(minutes) ? share : minutes));
  }

  function open() {
    if (view && !view.closed) return view.focus();
    view = window.open("", "speaker", "width=1100,height=760");
    if (!view) return alert("The browser keeps the speaker's view from opening; allow pop-ups.");
    const { document: page } = view;
    page.title = "Speaker: " + document.title;
    page.documentElement.lang = document.documentElement.lang;
    page.head.replaceChildren(...[...document.querySelectorAll("style")].map((s) => s.cloneNode(true)));
    page.head.append(Object.assign(page.createElement("style"), { textContent: STYLE }));
    page.body.innerHTML = LAYOUT;
    page.querySelector("button").addEventListener("click", () => { began = Date.now(); tick(); });
    page.addEventListener("keydown", keyed);
    view.addEventListener("resize", fit);
    show();
    const timer = setInterval(() => (view.closed ? clearInterval(timer) : tick()), 500);
  }

  // The deck's keys work here as well.
  function keyed(event) {
    if (event.target.localName === "button" && [" ", "Enter"].includes(event.key)) return;
    const forward = ["ArrowRight", "ArrowDown", " ", "PageDown", "Enter", "n"];
    const back = ["ArrowLeft", "ArrowUp", "PageUp", "p"];
    if (forward.includes(event.key)) Reveal.next();
    else if (back.includes(event.key)) Reveal.prev();
    else if (event.key === "Home") goTo(steps[0]);
    else if (event.key === "End") goTo(steps[steps.length - 1]);
    else if (event.key === "b") Reveal.togglePause();
    else return;
    event.preventDefault();
  }

  function show() {
    if (!view || view.closed) return;
    const index = steps.indexOf(current());
    fill("now", steps[index], "");
    fill("next", steps[index + 1], "the end");
    const notes = steps[index].querySelector("aside.notes")?.textContent ?? "";
    view.document.querySelector(".notes").textContent = notes;
    view.document.querySelector(".notes").scrollTop = 0;
    fit();
    tick();
  }

  function fill(name, step, otherwise) {
    const section = view.document.querySelector("." + name);
    section.querySelector("b").textContent = step ? step.dataset.title : otherwise;
    section.querySelector(".slide").replaceChildren(...(step ? [small(step)] : []));
  }

  function fit() {
    for (const slide of view.document.querySelectorAll(".slide")) {
      for (const sheet of slide.children) {
        sheet.style.transform = `scale(${slide.clientWidth / 960})`;
      }
    }
  }

  function clock(seconds) {
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  }

  function tick() {
    const set = (name, words) => (view.document.querySelector("." + name).textContent = words);
    const index = steps.indexOf(current());
    const spent = (Date.now() - began) / 1000;
    set("count", `${index + 1} of ${steps.length}`);
    set("clock", new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
    set("spent", clock(spent));
    for (const cell of view.document.querySelectorAll(".planned")) cell.hidden = plan === null;
    if (plan === null) return;
    const start = 60 * (plan[index - 1] ?? 0), end = 60 * plan[index];
    const late = spent > end ? spent - end : Math.min(0, spent - start);
    set("plan", clock(end));
    set("late", clock(Math.abs(late)));
    set("which", late > 0 ? "behind the plan" : late < 0 ? "ahead of the plan" : "off the plan");
  }

  return { open, show };
}
