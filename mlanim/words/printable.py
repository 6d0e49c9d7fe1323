"""Text for files that are XML, or are read line by line: without what these cannot hold."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 forbids: controls, and half characters.

    Source: Extensible Markup Language (XML) 1.0, production 2, Char; DEL is discouraged there.
    """
    return _NOT_IN_XML.sub("\ufffd", text)
