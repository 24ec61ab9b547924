"""Stories: what is told of one thing, in sentences that an auditor can read."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from localgov_ims.domain import ids
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council


@frozen(kw_only=True)
class Story:
    """What is known of one thing: a title, sentences in order, and the identifiers it leads to."""

    kind: str
    id: str
    title: str
    sentences: tuple[str, ...]
    leads_to: tuple[str, ...] = field(default=())


def called(reference: str) -> str:
    """Return a reference as people read it: ours with dashes, another's (from before) as it is.

    >>> called("K7MP2QXW9TRN_1")
    'K7MP-2QXW-9TRN_1'
    """
    base, mark, number = reference.partition("_")
    try:
        return ids.shown(ids.parse_reference(base)) + mark + number
    except InvalidValue:
        return reference


def when(moment: datetime) -> str:
    """Return a moment as people in London read it: `13 May 2026 at 08:00`."""
    return f"{moment.astimezone(LONDON):%d %B %Y at %H:%M}"


def size(t: Transaction) -> Money:
    """Return what a transaction comes to or, where it only moves money, how much it moves."""
    return Money.total(line.amount for line in t.lines if line.amount > NOTHING) if t.moves else t.total


def account_of(council: Council, line: Line) -> str:
    """Return the fund and account that a line is for, as people read them."""
    account = f", account {line.account_reference}" if line.account_reference is not None else ""
    return f"{council.funds[line.fund].name}{account}"
