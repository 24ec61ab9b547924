"""Files by which rows go to DuckDB: they hold what the bank says of people, so none may stay behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_OPEN_FILES: Final = Path("/proc/self/fd")
"""Where Linux gives each open file of a process a path, also one that has no name."""


@contextmanager
def passing_file() -> Iterator[Path]:
    """Give the path of an empty file that is gone with this process, however that ends.

    On Linux it has no name, so nobody else finds it. Elsewhere it is in a folder of this user alone, and is removed at the
    end; a process that is killed leaves it there.
    """
    if _OPEN_FILES.is_dir():
        with tempfile.TemporaryFile(prefix="ims-") as file:
            yield _OPEN_FILES / str(file.fileno())
        return
    with tempfile.TemporaryDirectory(prefix="ims-") as folder:
        yield Path(folder) / "rows.csv"
