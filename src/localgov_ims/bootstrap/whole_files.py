"""Files that are there whole or not at all: whoever opens one, even after a power cut, finds no half of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from localgov_ims.errors import RuleViolation


@contextmanager
def new_file(path: Path, *, newline: str = "\n") -> Iterator[TextIO]:
    """Open a new file of UTF-8 text that appears when the block ends well; only its owner may read it.

    Raises:
        RuleViolation: There is such a file (`file_exists`); it is left as it is.
    """
    if path.exists():
        message = f"{path} is there already, and is left as it is. Name another file."
        raise RuleViolation("file_exists", message, path=str(path))
    with _appearing(path, newline) as (file, _):
        yield file


def replace_file(path: Path, text: str) -> None:
    """Put *text* in the place of a file; whoever could read the old one can read the new one."""
    real = path.resolve()  # the file itself, where the path is a link
    with _appearing(real, "\n") as (file, name):
        file.write(text)
        shutil.copymode(real, name)


@contextmanager
def _appearing(path: Path, newline: str) -> Iterator[tuple[TextIO, str]]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline=newline) as file:
            yield file, name
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
