"""Builds the wheel of the package `outboard`: pure Python without dependencies, so a zip file with a list is enough.

A build backend in the tree (PEP 517, PEP 660): pip calls it and has nothing to fetch.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path
from typing import Mapping

ROOT = Path(__file__).resolve().parents[1]
NAME, VERSION = "outboard", "0.1.0"
INFO = f"{NAME}-{VERSION}.dist-info"

METADATA = f"""\
Metadata-Version: 2.1
Name: {NAME}
Version: {VERSION}
Summary: Scripts for Outboard, the instrument host: the module that they import, and their tests
License: MIT
Requires-Python: >=3.10
Provides-Extra: midi
Requires-Dist: mido; extra == "midi"
"""

WHEEL = """\
Wheel-Version: 1.0
Generator: outboard
Root-Is-Purelib: true
Tag: py3-none-any
"""

Settings = Mapping[str, str] | None


def build_wheel(directory: str, settings: Settings = None, metadata_directory: str | None = None) -> str:
    package = ROOT / NAME
    files = [*package.rglob("*.py"), *package.rglob("*.pyi"), package / "py.typed"]
    return _write(directory, {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(files)})


def build_editable(directory: str, settings: Settings = None, metadata_directory: str | None = None) -> str:
    return _write(directory, {f"{NAME}.pth": f"{ROOT}\n".encode()})


def _write(directory: str, contents: dict[str, bytes]) -> str:
    contents = contents | {f"{INFO}/METADATA": METADATA.encode(), f"{INFO}/WHEEL": WHEEL.encode()}
    record = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in contents.items()] + [f"{INFO}/RECORD,,"]
    contents[f"{INFO}/RECORD"] = ("\n".join(record) + "\n").encode()
    wheel = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(Path(directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return wheel


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
