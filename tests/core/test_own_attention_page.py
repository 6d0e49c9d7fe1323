"""The page about a user's own model of attention does what it says."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "your-own.md"


def test_the_module_of_the_page_is_laid_open_by_its_lines(tmp_path, monkeypatch, capsys):
    section = PAGE.read_text().partition("\n## Attention\n")[2].partition("\n## ")[0]
    file, lines = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(file)
    names: dict = {}
    exec(lines, names)
    weights = names["read"].trace.weights
    assert f"{weights.shape}" in capsys.readouterr().out
    assert names["found"].weight == weights[:, :, 2, 0].max()
    np.testing.assert_allclose(names["change"].before.sum(1), 1)
