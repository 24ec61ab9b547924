"""Answers: what another system says of the lines of a file that was made for it."""

from __future__ import annotations

import enum

from attrs import frozen

from localgov_ims.domain.money import Money


class Rest(enum.Enum):
    """What an answer says of the lines that it does not name."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSE = "refuse"


@frozen(kw_only=True)
class AnswerRow:
    """A row of an answer.

    Attributes:
        place: Where it stands: `row 3, line 4`.
        file: Which of our files it is about, as it names it; none where it names none.
        line, reference: Which line of that file; of neither, it is about the whole file.
        accepted: Whether that was taken; `reason` says why not, or what else was said.
        amount: What was taken or not, as the answer has it; none where it states none.
    """

    place: str
    file: str | None = None
    line: int | None = None
    reference: str | None = None
    accepted: bool
    reason: str = ""
    amount: Money | None = None

    @property
    def whole(self) -> bool:
        """Whether it is about the whole file."""
        return self.line is None and self.reference is None
