"""A mark in a file by which mlanim knows it again as what it made, unless it was changed since.

Decks and pages have no sidecar that could vouch for them, and are edited by those who get them.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

_MARKS: Mapping[str, tuple[bytes, bytes]] = {
    ".html": (b"<!-- ", b" -->"),
    ".svg": (b"<!-- ", b" -->"),
    ".css": (b"/* ", b" */"),
    ".js": (b"/* ", b" */"),
    ".pdf": (b"%", b""),
}
"""What stands around a mark, where the format takes a comment at its end."""

_MARK = re.compile(rb"mlanim ([0-9a-f]{64})")
_ABOUT = "docProps/core.xml"  # of an Office file, where its identifier stands
UNSEALED = "mlanim " + 64 * "0"
"""The identifier that an Office file has until it is sealed."""


def sealed(payload: bytes, suffix: str) -> bytes:
    """A file's bytes with the mark; `suffix` says its format."""
    if suffix == ".pptx":
        return _sealed_archive(payload)
    before, after = _MARKS[suffix]
    body = payload if payload.endswith(b"\n") else payload + b"\n"
    return body + before + _mark(hashlib.sha256(body).hexdigest()) + after + b"\n"


def is_unbroken(path: Path) -> bool:
    """Whether a file bears a mark, and is as it was when it was given it."""
    with contextlib.suppress(OSError, zipfile.BadZipFile, KeyError, NotImplementedError):
        if path.suffix.lower() == ".pptx":
            return _is_unbroken_archive(path)
        body, _, last = path.read_bytes().removesuffix(b"\n").rpartition(b"\n")
        found = _MARK.search(last)
        return found is not None and found[1] == _hash(body + b"\n")
    return False


def _sealed_archive(payload: bytes) -> bytes:
    """An Office file whose identifier is a hash of all its other parts."""
    sealed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as source, zipfile.ZipFile(sealed, "w") as target:
        digest = _hash_of_parts(source)
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == _ABOUT:
                content = content.replace(UNSEALED.encode(), _mark(digest))
            target.writestr(entry, content)
    return sealed.getvalue()


def _is_unbroken_archive(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        found = _MARK.search(archive.read(_ABOUT))
        return found is not None and found[1].decode() == _hash_of_parts(archive)


def _hash_of_parts(archive: zipfile.ZipFile) -> str:
    """A hash of the names and contents of an archive's files, but for what says it."""
    digest = hashlib.sha256()
    for entry in archive.infolist():
        if entry.filename != _ABOUT:
            with archive.open(entry) as part:
                content = hashlib.file_digest(part, "sha256").hexdigest()  # type: ignore[arg-type]
            digest.update(f"{entry.filename} {content}\n".encode())
    return digest.hexdigest()


def _mark(digest: str) -> bytes:
    return f"mlanim {digest}".encode()


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
