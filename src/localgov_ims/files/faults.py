"""A fault of one field, raised where the field is read and placed by whoever knows where it stands."""

from __future__ import annotations

from localgov_ims.domain.issues import Issue
from localgov_ims.files.limits import Refused


class Fault(Exception):
    """Raised where a field is missing or is not what it must be."""

    def __init__(self, code: str, field: str, value: str, message: str) -> None:
        """Keep what the Issue says but its place."""
        super().__init__(message)
        self.code, self.field, self.value, self.message = code, field, value, message

    def at(self, place: str) -> Issue:
        """Return it as the Issue of an entry: the reading goes on behind it."""
        return Issue(code=self.code, place=place, field=self.field, value=self.value, message=self.message)

    def refused(self, place: str) -> Refused:
        """Return it as what ends the reading."""
        return Refused(self.at(place))
