"""The readers' interface: bytes in, a stream of records out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import DEFAULT_LIMITS, Limits

API_VERSION = (1, 0)
"""Version of this interface: readers of another major version are refused when they are loaded."""

HEAD_BYTES = 4096
"""How much of a file `recognise` is shown."""


@frozen(kw_only=True)
class Options:
    """What a source's settings say to a reader; a reader with more to ask subclasses it."""

    limits: Limits = DEFAULT_LIMITS


class Reader(Protocol):
    """Reads one format. Frozen; offered through `ims_file_formats`; tested by `testing.ReaderContract`.

    Attributes:
        name: The format's name, such as `camt053`, or its profile's, such as `lloyds-cbo`.
        api_version: The version of this interface it was written for: (major, minor).
        yields: What kind of rows it gives.
        requires: The evidence that a file of this format must have unless a source demands more.
        options: The class of its options; calling it without arguments gives the defaults.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - described above
    @property
    def api_version(self) -> tuple[int, int]: ...  # noqa: D102
    @property
    def yields(self) -> Yields: ...  # noqa: D102
    @property
    def requires(self) -> Evidence: ...  # noqa: D102
    @property
    def options(self) -> type[Options]: ...  # noqa: D102

    def recognise(self, head: bytes) -> bool:
        """Tell from the first 4 KiB whether the file is of this format. No side effects; never raises."""
        ...

    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read a seekable stream from its start, giving events one by one.

        A fault of the file is an `Issue`, never an exception; where reading cannot go on it is the last
        event. A fault that a policy may relax (`domain.policies.RELAXABLE`) leaves nothing out: the row it is found at is
        given all the same. The stream is neither closed nor kept.
        """
        ...


@runtime_checkable
class LooksInside(Protocol):
    """A reader of workbooks, which begin alike: it may also be asked for what stands inside."""

    def looks_inside(self, stream: BinaryIO, limits: Limits) -> bool:
        """Tell whether the file, which `recognise` did not rule out, is of this format. Never raises."""
        ...
