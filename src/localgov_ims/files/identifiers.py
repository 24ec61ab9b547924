"""The identifiers of a file that must be unique in their account, and the Issue for one that stands twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.files.seen import Seen


@define
class Identifiers:
    """Those of one file, noted on disk, for it may have more than memory should hold."""

    _until: ExitStack
    _seen: Seen | None = field(default=None, init=False)

    def repeated(self, account: str, named: Sequence[tuple[str, str]]) -> dict[str, Issue]:
        """Note identifiers with their places; return an Issue, by its place, for each that the account has had before."""
        if not named:
            return {}
        if self._seen is None:
            self._seen = self._until.enter_context(Seen())
        firsts = self._seen.repeated((f"{account}\n{identifier}", place) for identifier, place in named)
        return {
            place: repeated(identifier, place, firsts[place])
            for identifier, place in named
            if place in firsts
        }


def repeated(identifier: str, place: str, first: str) -> Issue:
    """Make the Issue for an identifier that stands at *first* already."""
    message = f"The identifier {identifier!r} stands twice: at {first} and at {place}. Ask the sender which is right."
    return Issue(code="duplicate-id", place=place, field="identifier", value=identifier, message=message)
