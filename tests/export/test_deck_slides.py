"""What stands on a deck's plain slides: colours that can be read, and bullets in every format."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mlanim.export.deck import pages
from mlanim.export.deck.step import Page
from mlanim.stage.colors.palette import THEMES, contrast, hex_to_rgb

CODE = """
```python
# a comment
@cached
class Net(Module):
    def step(self, x=None, rate=0.5):
        return "a\\n" if not x else self.f(f"{x} of", 3) + len(x)
```
```rust
fn main() -> u32 { let a: &str = "x"; println!("{}", a); 1 + 2 } // why
```
"""


@pytest.mark.parametrize("name", THEMES)
def test_code_is_read_on_every_theme(name: str, tmp_path: Path) -> None:
    theme = THEMES[name]
    drawn = pages.compiled(Page("", f"#prose[{CODE}]", theme, tmp_path), "svg").decode()
    colors = set(re.findall(r'fill="(#[0-9a-f]{6})"', drawn))
    ground = hex_to_rgb(theme.roles["background"])
    found = {color: float(contrast(hex_to_rgb(color), ground)) for color in colors}
    assert len(found) >= 5  # code is coloured at all
    assert np.min(list(found.values())) >= 4.5, found
