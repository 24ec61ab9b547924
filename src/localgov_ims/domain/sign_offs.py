"""Sign-offs: a reconciliation as one person prepared it and another reviewed it, frozen for good."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.texts import text, written
from localgov_ims.errors import ConfigurationError

_LONGEST: Final = 60


class SignOffKind(enum.Enum):
    """What is signed: a bank account, or a fund's control reconciliation."""

    BANK = "bank"
    FUND = "fund"


@frozen(kw_only=True)
class CarriedForward:
    """Something unexplained or open that is carried forward: why, who takes it up, and until when.

    Attributes:
        item: A difference's figure by its key, a Break's id, or the id of an item.
    """

    item: str = field(validator=text(100))
    reason: str = field(validator=written(500))
    owner: str = field(validator=text(50))
    due_on: date


@frozen(kw_only=True)
class SignOff:
    """What somebody prepared and signed.

    Attributes:
        as_at: The day at whose end it stands so.
        number: From 1; a higher one of the same day names the one before, whose figures later arrivals changed.
        pack: Everything that was signed, as canonical JSON; sha256: its hash.
        by, at: Who prepared it, and when.
    """

    id: UUID
    kind: SignOffKind
    subject: str
    as_at: date
    number: int
    pack: str
    sha256: str
    by: str
    at: datetime

    @property
    def name(self) -> str:
        """What people call it: `bank main 2026-03-31`, and from the second on `no. 2`."""
        again = f" no. {self.number}" if self.number > 1 else ""
        return f"{self.kind.value} {self.subject} {self.as_at}{again}"


@frozen(kw_only=True)
class Review:
    """What another person said of a sign-off: agreed, or sent back."""

    id: UUID
    sign_off: UUID
    agreed: bool
    comments: str
    by: str
    at: datetime


@frozen(kw_only=True)
class SignOffDuty:
    """That something is to be signed each month: by whom, and how soon.

    Attributes:
        within_days: Working days after the end of the month.
        since: The first month's end that is to be signed.

    Raises:
        ConfigurationError: It names a bank account and a fund, or neither, or nobody could keep it.
    """

    account: str | None = None
    fund: str | None = None
    preparer: str
    within_days: int = 10
    since: date

    def __attrs_post_init__(self) -> None:
        """Refuse what nobody could mean."""
        if (self.account is None) == (self.fund is None):
            message = "A sign-off is of one bank account or one fund: give account or fund, not both."
            raise ConfigurationError("bad_sign_off", message)
        if not 0 <= self.within_days <= _LONGEST:
            message = (
                f"Sign-off of {self.subject}: within_days must be 0 to {_LONGEST}, not {self.within_days}."
            )
            raise ConfigurationError("bad_sign_off", message)

    @property
    def kind(self) -> SignOffKind:
        """What is to be signed."""
        return SignOffKind.BANK if self.account is not None else SignOffKind.FUND

    @property
    def subject(self) -> str:
        """The bank account's name, or the fund's code."""
        return self.account or self.fund or ""
