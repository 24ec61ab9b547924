"""Keeping files that are made for other systems, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def keeper(folder: Path, *, private: bool = False) -> Callable[[str, bytes], None]:
    """Return what stores files in *folder*, which is made if need be; *private*: nobody but its owner may read them."""
    folder.mkdir(parents=True, exist_ok=True)

    def keep(name: str, data: bytes) -> None:
        # Whole or not at all: the other system's loader may be watching the folder.
        partial = folder / f".{name}.part"
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600 if private else 0o666)
        partial.write_bytes(data)
        partial.replace(folder / name)

    return keep
