"""Where in a TOML file each key and value stands; `tomllib` reads the values and forgets this."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<skip>[ \t\r]+|\#[^\n]*)
    | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3}\"{0,2} | '{3}.*?'{3}'{0,2}
                | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<line>\n)
    | (?P<mark>[\[\]{}=,])
    | (?P<word>[^\s\[\]{}=,\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of the file: its kind, its text, and where it begins."""

    kind: str
    text: str
    start: int


@dataclass
class Places:
    """Offsets of keys and values by path, such as `("slide", 2, "notes", 0)`."""

    text: str
    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)

    def of_key(self, path: Path) -> str:
        """ "line L, column C" of a key, or of the nearest thing around it."""
        return self._words(self.keys, path)

    def of_value(self, path: Path) -> str:
        """ "line L, column C" of a value, or of the nearest thing around it."""
        return self._words(self.values, path)

    def _words(self, offsets: dict[Path, int], path: Path) -> str:
        while path and path not in offsets:
            path = path[:-1]
        start = offsets.get(path, 0)
        line = self.text.count("\n", 0, start) + 1
        return f"line {line}, column {start - (self.text.rfind(chr(10), 0, start) + 1) + 1}"


def find_places(text: str) -> Places:
    """The places of everything in a file that `tomllib` has already accepted."""
    return _Reader(text).read()


class _Reader:
    """Goes through the tokens; it may be lenient, since the file is known to be TOML."""

    def __init__(self, text: str):
        matches = _TOKEN.finditer(text)
        self.tokens = [
            Token(str(match.lastgroup), match.group(), match.start())
            for match in matches
            if match.lastgroup != "skip"
        ]
        self.tokens.append(Token("line", "", len(text)))
        self.next = 0
        self.found = Places(text)
        self.tables: dict[Path, int] = {}  # how many tables each array of tables has so far

    def read(self) -> Places:
        base: Path = ()
        while self.next < len(self.tokens):
            token = self._take()
            if token.text == "[":
                base = self._header(token.start)
            elif token.kind in ("word", "string"):
                self.next -= 1
                self._pair(base)
        return self.found

    def _header(self, start: int) -> Path:
        """`[table]`, or one more of `[[tables]]`."""
        many = self._peek().text == "["
        names = self._key("]")
        if not many:
            path = self._resolved(names)
        else:
            array = (*self._resolved(names[:-1]), names[-1])
            self.tables[array] = self.tables.get(array, 0) + 1
            self.found.keys.setdefault(array, start)
            path = (*array, self.tables[array] - 1)
        self.found.keys[path] = self.found.values[path] = start
        return path

    def _resolved(self, names: Path) -> Path:
        """A header's names with the index of the last table of each array among them."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        return path

    def _pair(self, base: Path) -> None:
        start = self._peek().start
        path = (*base, *self._key("="))
        for length in range(len(base) + 1, len(path)):  # tables that only dotted keys name
            self.found.keys.setdefault(path[:length], start)
            self.found.values.setdefault(path[:length], start)
        self.found.keys[path] = start
        self._value(path)

    def _key(self, end: str) -> Path:
        """The names of a dotted key up to the mark `end`, which is taken as well."""
        names: list[str] = []
        while (token := self._take()).text != end:
            if token.kind == "string":
                names.append(tomllib.loads(f"x = {token.text}")["x"])
            elif token.kind == "word":
                names += [name for name in token.text.split(".") if name]
        return tuple(names)

    def _value(self, path: Path) -> None:
        token = self._peek()
        self.found.values[path] = token.start
        if token.text == "{":
            self._inline_table(path)
        elif token.text == "[":
            self._array(path)
        else:
            while self._peek().kind not in ("line", "mark"):
                self._take()

    def _inline_table(self, path: Path) -> None:
        self._take()
        while (token := self._peek()).text != "}":
            if token.kind in ("word", "string"):
                self._pair(path)
            else:
                self._take()
        self._take()

    def _array(self, path: Path) -> None:
        self._take()
        index = 0
        while (token := self._peek()).text != "]":
            if token.text == "," or token.kind == "line":
                self._take()
            else:
                self._value((*path, index))
                self.found.keys[(*path, index)] = token.start
                index += 1
        self._take()

    def _peek(self) -> Token:
        return self.tokens[self.next]

    def _take(self) -> Token:
        self.next += 1
        return self.tokens[self.next - 1]
