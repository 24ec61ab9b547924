"""Feeds: what a back office is told about who paid, by which file, and what it is not told because it has it already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from attrs import evolve, field, frozen
from attrs.validators import matches_re

from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.errors import ConfigurationError

BANK: Final = "bank"
"""The origin of income that the bank brought by itself, as exclusions name it; income files go by their import type."""

NEVER_TAKEN: Final = "the back office did not take what it comes from"
"""Why what was taken from a rejected line is not fed: the back office never had the money there."""


@frozen(kw_only=True)
class Exclusion:
    """Lines that a feed leaves out, and why: by where they came from, by method of payment, or both."""

    reason: str = field(validator=matches_re(r"\S.{0,99}"))
    origin: str | None = None
    mop: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse one that would leave out everything."""
        if self.origin is None and self.mop is None:
            message = f"An exclusion ({self.reason!r}) must name an origin, a mop, or both."
            raise ConfigurationError("bad_feed", message, reason=self.reason)

    def fits(self, origin: str, mop: str) -> bool:
        """Tell whether income of this origin and method is on the account already."""
        return self.origin in {None, origin} and self.mop in {None, mop}


@frozen(kw_only=True)
class Feed:
    """What one back office is told.

    Attributes:
        name: Part of its files' names; funds: whose lines it takes.
        layout: How its file is written; it must have a trailer with `feed.count` and `feed.total`.
        mops: Their word for our method of payment, or for a kind of line such as `clearance`.
        exclude: What is not fed, the first that fits giving the reason.
        empty: Whether a day without lines makes a file of header and trailer.
        answer: The profile of what the back office answers, where it answers line by line.
    """

    name: str = field(validator=matches_re("[A-Za-z0-9_-]{1,20}"))
    funds: tuple[str, ...]
    layout: Mapping[str, Any]
    mops: Mapping[str, str] = field(factory=dict)
    exclude: tuple[Exclusion, ...] = ()
    empty: bool = False
    answer: Mapping[str, Any] = field(factory=dict)

    def check(self, known: Collection[str], mops: Collection[str], suspense: str) -> None:
        """Refuse funds and methods that are not there, and the suspense fund.

        Raises:
            ConfigurationError: As said.
        """
        wrong = [fund for fund in self.funds if fund not in known or fund == suspense]
        if wrong or not self.funds:
            message = (
                f"Feed {self.name}: funds must name funds other than suspense, not {list(self.funds)!r}."
            )
            raise ConfigurationError("bad_feed", message, feed=self.name)
        for each in self.exclude:
            if each.mop is not None and each.mop not in mops:
                message = f"Feed {self.name}: there is no method of payment {each.mop!r} to exclude."
                raise ConfigurationError("bad_feed", message, feed=self.name)


@frozen(kw_only=True)
class FeedLine:
    """A line of income as a feed sees it.

    Attributes:
        origin: `bank`, an import type's code, or what else recorded it.
        kind: `receipt refund transfer reversal`, or `clearance`.
        corrects: The reference of the line that it takes back or takes from.
        corrects_id: That line's identifier.
        first_file: Of a line that is sent again, the number of the file that had it first.
    """

    id: UUID
    reference: str
    fund: str
    account_reference: str | None
    amount: Money
    mop: str
    narrative: str | None
    kind: str
    origin: str
    taken_on: date
    office: str | None
    corrects: str | None
    corrects_id: UUID | None
    first_file: str | None = None

    @property
    def follows(self) -> UUID | None:
        """The line with which it stands or falls: what it reverses or refunds.

        A line that moves money away is no such correction: the back office has the money where it was, and must be told.
        """
        follows = {TransactionKind.REVERSAL.value, TransactionKind.REFUND.value}
        return self.corrects_id if self.kind in follows else None


@frozen(kw_only=True)
class FeedFile:
    """A file of a feed: its place in the sequence, which has no gaps, and what it comes to."""

    id: UUID
    feed: str
    sequence: int
    created_on: date
    name: str
    count: int
    total: Money
    first_on: date | None
    last_on: date | None
    sha256: str

    @property
    def number(self) -> str:
        """What it is called: `council-tax-000041`."""
        return feed_number(self.feed, self.sequence)

    def hashed(self, sha256: str) -> FeedFile:
        """Return it with the hash of its bytes."""
        return evolve(self, sha256=sha256)


def feed_number(feed: str, sequence: int) -> str:
    """Return what a file of a feed is called."""
    return f"{feed}-{sequence:06d}"


@frozen(kw_only=True)
class FeedFigures:
    """A feed's funds in a span of days: income = fed + not fed, by reason, + what waits for the next file."""

    income: Money
    fed: Money
    not_fed: Mapping[str, Money]
    waiting: Money

    @property
    def proved(self) -> bool:
        """Whether it adds up."""
        return self.income == Money.total((self.fed, self.waiting, *self.not_fed.values()))


def split_by_reason(
    feed: Feed,
    lines: Collection[FeedLine],
    known: Mapping[UUID, str | None],
    not_there: Collection[UUID] = (),
) -> list[tuple[FeedLine, str | None]]:
    """Return each line with the reason for which it is not fed, none where it is.

    *known* has what became of lines that were decided before, by their id: a correction follows what it corrects.
    *not_there* are lines that the back office rejected; what is taken from them it cannot take away.
    """
    decided = dict(known)
    answer = []
    for each in lines:
        if each.corrects_id in not_there:
            reason: str | None = NEVER_TAKEN
        elif each.follows is not None and each.follows in decided:
            reason = decided[each.follows]
        else:
            fitting = (e.reason for e in feed.exclude if e.fits(each.origin, each.mop))
            reason = next(fitting, None)
        decided[each.id] = reason
        answer.append((each, reason))
    return answer
