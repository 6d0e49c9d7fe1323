"""From a key on a slider to the picture, on the page of a live figure; milliseconds in Chromium.

python benchmarks/live_page.py dot_product-live.html
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

KEYS = 80
HEARD = """
window.times = [];
addEventListener("keydown", () => {
  const began = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => times.push(performance.now() - began)));
}, true);
addEventListener("input", () => {
  const began = performance.now();
  setTimeout(() => works.push(performance.now() - began));
}, true);
window.works = [];
"""
"""Two frames after a key its picture is on the screen; `works` are the script's own times."""


def main(page: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_selector(".controls:not([hidden])")
        tab.evaluate(HEARD)
        slider = tab.locator("[type=range]").first
        slider.focus()
        last = int(slider.get_attribute("max") or 0)
        for number in range(KEYS):
            tab.keyboard.press("ArrowRight" if number // last % 2 == 0 else "ArrowLeft")
            tab.evaluate("new Promise(requestAnimationFrame)")
        tab.wait_for_timeout(200)
        print(f"{page.name}: {page.stat().st_size / 1e3:.0f} kB, {last + 1} states on the slider")
        for words, name in (("key to picture", "times"), ("of that the script", "works")):
            found = sorted(tab.evaluate(name))
            middle, high = statistics.median(found), found[int(0.95 * len(found))]
            print(f"{words:<20} median {middle:5.1f} ms, 95 % below {high:5.1f} ms")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
