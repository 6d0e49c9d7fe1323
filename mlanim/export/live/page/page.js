"use strict";
// Shows the states that the controls ask for. Each was computed; there is nothing in between.
(async () => {
  const SWEEP = 7000; // milliseconds that a run through a slider takes
  const [QUICKEST, SLOWEST] = [60, 700]; // milliseconds of a state in it
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const onSlide = document.documentElement.dataset.place === "slide" && parent !== window;

  fitFrame();
  passKeysOn();
  const { scene, size, pool, numbers, tables, groups } = await unpacked();
  const picture = document.querySelector(".picture");
  const made = new Map(); // pieces as elements
  const grips = [...document.querySelectorAll(".handle")];
  const sections = [...document.querySelectorAll(".group")];
  const parts = sections.map((section, number) => part(section, groups[number]));
  new ResizeObserver(reachable).observe(document.querySelector(".scrolling"));
  restore();
  addEventListener("hashchange", () => restore());
  addEventListener("message", ({ source, data }) => {
    if (parent !== window && source === parent && data.mlanim) follow(data.mlanim);
  });

  async function unpacked() {
    try {
      const text = atob(document.getElementById("payload").textContent);
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      return await new Response(stream).json();
    } catch (error) {
      document.querySelector(".trouble").hidden = false;
      throw error;
    }
  }

  // The pieces of each part's state, together as they were drawn.
  function draw() {
    const states = parts.map((one) => one.state());
    const svg = picture.firstElementChild;
    svg.setAttribute("viewBox", `0 0 ${whole(states).join(" ")}`);
    put(elements(states.flatMap((state) => state.svg)), svg);
    const says = states.map((state) => state.says).join(" ");
    picture.setAttribute("aria-label", `${document.title}. ${says}`);
    for (const one of parts) one.placeGrip();
  }

  // What stands there already stays, which is most of it from one state to the next.
  function put(wanted, svg) {
    const kept = new Set(wanted);
    for (const old of [...svg.childNodes]) if (!kept.has(old)) old.remove();
    let at = svg.firstChild;
    for (const group of wanted) {
      if (group === at) at = at.nextSibling;
      else svg.insertBefore(group, at);
    }
  }

  // Each piece is parsed once; one that a picture has twice is copied.
  function elements(pieces) {
    const missing = [...new Set(pieces)].filter((piece) => !made.has(piece));
    const parsed = document.createElement("template");
    parsed.innerHTML = `<svg>${missing.map((piece) => `<g>${pool[piece]}</g>`).join("")}</svg>`;
    [...parsed.content.firstChild.children].forEach((group, n) => made.set(missing[n], group));
    const used = new Set();
    return pieces.map((piece) => {
      const group = used.has(piece) ? made.get(piece).cloneNode(true) : made.get(piece);
      used.add(piece);
      return group;
    });
  }

  // The picture's width and height, which handles' places are in.
  function whole(states = parts.map((one) => one.state())) {
    return states.reduce((before, state) => state.size ?? before, size);
  }

  // Controls that go together, and what they change. `at` holds the index of each one's value.
  function part(section, { controls, handle, states }) {
    const find = (selector) => section.querySelector(selector);
    const fields = controls.map((_, k) => find(`[data-control="${k}"]`));
    const lengths = controls.map((control) => control.texts.length);
    const strides = lengths.map((_, k) => lengths.slice(k + 1).reduce((a, b) => a * b, 1));
    const grip = handle && grips.shift();
    const button = find(".play");
    const swept = fields.findIndex((field) => field.contains(button));
    let at = controls.map((control) => control.start);
    let timer = 0;

    const index = (values) => values.reduce((sum, value, k) => sum + value * strides[k], 0);
    const state = (values) => states[index(values)];
    const valuesOf = (number) => strides.map((stride, k) => Math.floor(number / stride) % lengths[k]);
    const changed = (k, value) => at.map((old, other) => (other === k ? value : old));
    const named = (k, value) => `${controls[k].label} ${controls[k].texts[value]}`;

    // The values of a control that the scene takes while the others stay.
    const taken = (k) =>
      [...controls[k].texts.keys()].filter((value) => "svg" in state(changed(k, value)));

    // To that value; past those that the scene refuses, or back to the last one that it takes.
    function ask(k, wanted) {
      const ahead = taken(k).filter((value) => (value - wanted) * (wanted - at[k]) >= 0);
      const nearest = (values) =>
        values.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
      const { refused } = state(changed(k, wanted));
      go(changed(k, nearest(ahead.length ? ahead : taken(k))));
      if (refused) tell([`${named(k, wanted)}: ${refused}`]);
    }

    function go(values) {
      at = values;
      show();
      draw();
      remember();
    }

    function show() {
      const { says, table } = state(at);
      find(".value").textContent = controls.map((_, k) => named(k, at[k])).join(", ");
      find(".says").textContent = says;
      tell(fields.flatMap((field, k) => fill(field, k)));
      offer(table === null ? [] : tables[table].map((number) => numbers[number]));
    }

    // A button for each table of numbers.
    function offer(found) {
      const row = find(".numbers");
      row.hidden = !found.length;
      while (row.children.length > found.length + 1) row.lastChild.remove();
      found.forEach((table, n) => {
        const button = row.children[n + 1] ?? row.appendChild(document.createElement("button"));
        button.type = "button";
        button.textContent = table.name;
        button.onclick = () => save(table);
      });
    }

    const tell = (lines) => (find(".refusal").textContent = lines.join(" "));

    // Set a control to its value; the reasons for which its other choices are refused.
    function fill(field, k) {
      const text = controls[k].texts[at[k]];
      if (controls[k].kind === "range") {
        const slider = field.querySelector("input");
        slider.value = at[k];
        slider.setAttribute("aria-valuetext", text);
        slider.style.setProperty("--share", at[k] / Math.max(1, lengths[k] - 1));
        field.querySelector("output").textContent = text;
        return [];
      }
      const is = controls[k].kind === "menu" ? "selected" : "checked";
      return [...field.querySelectorAll("input, option")].flatMap((choice, value) => {
        const { refused } = state(changed(k, value));
        choice.disabled = refused !== undefined;
        choice[is] = value === at[k];
        return refused === undefined ? [] : [`${named(k, value)}: ${refused}`];
      });
    }

    function placeGrip() {
      if (!grip) return;
      const point = handle.points[index(at)];
      const [width, height] = whole();
      grip.hidden = !point;
      if (point) grip.style.left = `${(100 * point[0]) / width}%`;
      if (point) grip.style.top = `${(100 * point[1]) / height}%`;
    }

    // To the state whose handle is closest to the pointer, among those that it can reach.
    function drag(event) {
      const box = picture.getBoundingClientRect();
      const [width, height] = whole();
      const x = ((event.clientX - box.left) / box.width) * width;
      const y = ((event.clientY - box.top) / box.height) * height;
      const free = controls.map((control) => handle.controls.includes(control.name));
      let [nearest, best] = [Infinity, at];
      states.forEach((one, number) => {
        const [point, values] = [handle.points[number], valuesOf(number)];
        if (!point || "refused" in one || values.some((v, k) => !free[k] && v !== at[k])) return;
        const distance = Math.hypot(point[0] - x, point[1] - y);
        if (distance < nearest) [nearest, best] = [distance, values];
      });
      if (index(best) !== index(at)) go(best);
    }

    grip?.addEventListener("pointerdown", (event) => {
      stop();
      event.preventDefault(); // no text is selected on the way
      grip.setPointerCapture(event.pointerId);
      grip.addEventListener("pointermove", drag);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      grip?.addEventListener(end, () => grip.removeEventListener("pointermove", drag));
    }

    function play() {
      const values = taken(swept);
      if (at[swept] === values.at(-1)) go(changed(swept, values[0]));
      timer = setInterval(
        () => {
          const next = values.find((value) => value > at[swept]);
          if (next === undefined) stop();
          else go(changed(swept, next));
        },
        Math.min(SLOWEST, Math.max(QUICKEST, SWEEP / values.length)),
      );
      playing(true);
    }

    function stop() {
      clearInterval(timer);
      timer = 0;
      if (button) playing(false);
    }

    function playing(on) {
      button.classList.toggle("on", on);
      button.setAttribute("aria-label", on ? "Pause" : "Play");
      find(".status").setAttribute("aria-live", on ? "off" : "polite");
    }

    function save({ name, columns }) {
      const words = controls.map((control, k) => `${control.name}-${control.texts[at[k]]}`);
      const file = [scene, ...words, name].join("-").replace(/[^\p{L}\p{N}._-]+/gu, "-");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csv(columns)], { type: "text/csv" }));
      link.download = `${file.slice(0, 120)}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }

    button?.addEventListener("click", () => (timer ? stop() : play()));
    still.addEventListener("change", stop);
    find(".controls").addEventListener("submit", (event) => event.preventDefault());
    find(".controls").addEventListener("input", ({ target }) => {
      stop();
      ask(Number(target.closest("[data-control]").dataset.control), Number(target.value));
    });
    find(".controls").hidden = false;

    return {
      placeGrip,
      state: () => state(at),
      words: () => controls.map((control, k) => [control.name, control.texts[at[k]]]),
      restore(asked) {
        const values = controls.map(({ name, texts }, k) => {
          const value = placeOf(asked.get(name), texts);
          return value < 0 ? at[k] : value;
        });
        if ("svg" in state(values)) at = values;
        show();
      },
    };
  }

  // Where a value of the address stands: as it is written, or as the number that it is.
  function placeOf(word, texts) {
    const place = texts.indexOf(word);
    const number = (text) => Number.parseFloat(text.replace("−", "-"));
    return place < 0 && word ? texts.findIndex((text) => number(text) === Number(word)) : place;
  }

  // What the page around this one says: the state in which it was left, the theme that it wears.
  function follow({ state, theme }) {
    if (state !== undefined) restore(state);
    if (!document.querySelector(".theme-switch") || !["dark", "light"].includes(theme)) return;
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  // Columns, each a heading with its values, as lines.
  function csv(columns) {
    const rows = columns[0][1].map((_, row) => columns.map(([, values]) => values[row]));
    const lines = [columns.map(([heading]) => heading), ...rows];
    return lines.map((cells) => cells.map(quoted).join(",") + "\n").join("");
  }

  function quoted(cell) {
    const text = String(cell ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function restore(state = location.hash.slice(1)) {
    const asked = new URLSearchParams(state);
    for (const one of parts) one.restore(asked);
    draw();
  }

  // The address names the states, once the controls rest: browsers bear few changes a second.
  let waiting = 0;
  function remember() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const state = String(new URLSearchParams(parts.flatMap((one) => one.words())));
      if (onSlide) parent.postMessage({ mlanim: { state } }, "*");
      try {
        history.replaceState(null, "", `#${state}`);
      } catch {
        // a page within another's text has no address of its own
      }
    }, 200);
  }

  // A picture that is wider than the page is scrolled by keys, too.
  function reachable([{ target }]) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }

  // In a frame that asks for it: without what the page around it says, and as high as the rest.
  function fitFrame() {
    const frame = ownFrame();
    if (frame?.dataset.fit === undefined) return;
    document.documentElement.dataset.place = "frame";
    frame.style.aspectRatio = frame.style.minHeight = "auto";
    const fit = () => (frame.style.height = `${Math.ceil(document.body.scrollHeight)}px`);
    new ResizeObserver(fit).observe(document.body);
  }

  function ownFrame() {
    try {
      return window.frameElement;
    } catch {
      return null; // a frame of another origin keeps its size
    }
  }

  // On a slide, keys that no control needs are the deck's; Escape gives all of them back to it.
  function passKeysOn() {
    if (!onSlide) return;
    addEventListener("keydown", (event) => {
      const control = event.target.closest?.("input, select");
      const pressed = event.target.closest?.("button") && [" ", "Enter"].includes(event.key);
      if (event.key === "Tab" || pressed || (control && event.key !== "Escape")) return;
      event.preventDefault();
      document.activeElement.blur();
      const { key, keyCode } = event;
      parent.postMessage({ mlanim: { key: control ? "Escape" : key, keyCode } }, "*");
    });
  }
})();
