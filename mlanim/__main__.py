"""Starts the command line: `cli.py` lies in this package in a wheel, beside it in a checkout."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    """Run the `mlanim` command.

    Pydantic's search for plugins reads the metadata of all installed packages, in each process.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    package = Path(__file__).parent
    inside = package / "cli.py"
    path = inside if inside.is_file() else package.parent / "cli.py"
    spec = importlib.util.spec_from_file_location("mlanim.cli", path)
    assert spec is not None
    assert spec.loader is not None
    cli = importlib.util.module_from_spec(spec)
    sys.modules["mlanim.cli"] = cli
    try:
        spec.loader.exec_module(cli)
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
