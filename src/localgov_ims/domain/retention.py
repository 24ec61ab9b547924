"""Retention: how long persons' data is kept, what holds it, and what is removed by two people.

A *class* is a table of records that have persons' data beside them, or a file's bytes; its name is the table's.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.texts import blank_is_none, text
from localgov_ims.errors import InvalidValue

YEARS: Final = 6
"""How long is usual: what the Limitation Act 1980, section 5, gives for claims on a contract."""

_LONGEST: Final = 100


@frozen(kw_only=True)
class Periods:
    """For how many whole years after the end of its financial year a record keeps its persons' data.

    Attributes:
        years: Of every class that `classes` does not name.
        classes: By class.

    Raises:
        InvalidValue: A period is not 0 to 100 years.
    """

    years: int = YEARS
    classes: Mapping[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no period."""
        for name, years in {"years": self.years, **self.classes}.items():
            if not 0 <= years <= _LONGEST:
                message = f"Personal data is kept for 0 to {_LONGEST} years; {name} says {years}."
                raise InvalidValue("bad_period", message, value=years)

    def of(self, name: str) -> int:
        """Return the years of a class."""
        return self.classes.get(name, self.years)


def first_kept(on: date, years: int) -> date:
    """Return the first day whose records are still kept on *on*: those before it are past their years.

    The financial year runs from 1 April to 31 March: with 6 years, records of 31 March 2020 and earlier may go from
    1 April 2026.
    """
    begun = on.year if on >= date(on.year, 4, 1) else on.year - 1
    return date(max(begun - years, date.min.year), 4, 1)


class HoldKind(enum.Enum):
    """What a legal hold covers: an account, a person who pays, or a file."""

    ACCOUNT = "account"
    PAYER = "payer"
    FILE = "file"


@frozen(kw_only=True)
class LegalHold:
    """Why persons' data must be kept, however old it is.

    Attributes:
        fund, account_reference: Of an account.
        payer: A person's name; personal data itself.
        file: Of a file, its id.
        until: The last day on which it holds; none: until it is lifted.
        lifted: Whether it was lifted.

    Raises:
        InvalidValue: It says too little, or of two kinds at once, or gives no reason.
    """

    id: UUID
    kind: HoldKind
    fund: str | None = None
    account_reference: str | None = field(default=None, converter=blank_is_none, validator=text(30))
    payer: str | None = field(default=None, converter=blank_is_none, validator=text(100))
    file: UUID | None = None
    reason: str = field(validator=text(200))
    until: date | None = None
    by: str
    at: datetime = field(converter=utc)
    lifted: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what covers nothing."""
        account = self.fund is not None and self.account_reference is not None
        given = {
            HoldKind.ACCOUNT: account,
            HoldKind.PAYER: self.payer is not None,
            HoldKind.FILE: self.file is not None,
        }
        if [kind for kind, there in given.items() if there] != [self.kind]:
            message = "A legal hold covers one thing: an account (its fund and reference), a payer's name, or a file."
            raise InvalidValue("bad_hold", message, kind=self.kind.value)

    def in_force(self, day: date) -> bool:
        """Tell whether it holds on *day*."""
        return not self.lifted and (self.until is None or day <= self.until)


@frozen(kw_only=True)
class ClassCount:
    """Of one class: what is to be removed, and what legal holds or open business keep back.

    Attributes:
        years, cut_off: The period, and the first day still kept; none in an erasure.
    """

    name: str
    years: int | None = None
    cut_off: date | None = None
    remove: int
    held: int


@frozen(kw_only=True)
class RetentionPreview:
    """What would be removed by a retention run on a day, class by class."""

    on: date
    classes: tuple[ClassCount, ...]

    @property
    def remove(self) -> int:
        """How many records would lose their persons' data."""
        return sum(each.remove for each in self.classes)

    @property
    def held(self) -> int:
        """How many keep it though their time is over."""
        return sum(each.held for each in self.classes)


class RemovalKind(enum.Enum):
    """Why personal data is removed: its time is over, or a person asked for it."""

    RETENTION = "retention"
    ERASURE = "erasure"


def _accounts(given: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((fund, reference) for fund, reference in given)


def _tidy(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in given)


@frozen(kw_only=True)
class Subject:
    """Whose data is meant: accounts that are theirs, names they pay under, their e-mail addresses.

    Raises:
        InvalidValue: Nothing is given, or a name is too short to tell a person by.
    """

    accounts: tuple[tuple[str, str], ...] = field(default=(), converter=_accounts)
    names: tuple[str, ...] = field(default=(), converter=_tidy)
    emails: tuple[str, ...] = field(default=(), converter=_tidy)

    def __attrs_post_init__(self) -> None:
        """Refuse what means nobody."""
        if not (self.accounts or self.names or self.emails):
            message = "Say whose data is meant: an account, a name or an e-mail address."
            raise InvalidValue("no_subject", message)
        for name in self.names:
            if not bare_name(name):
                raise InvalidValue("bad_name", f"'{name}' is not enough of a name to tell a person by.")
        if any("@" not in mail for mail in self.emails):
            raise InvalidValue("bad_email", "An e-mail address has an @ in it. Compare what was given.")

    def known_as(self, name: str | None) -> bool:
        """Tell whether a name is one of theirs, whatever its case, spaces and title."""
        return name is not None and bare_name(name) in {bare_name(own) for own in self.names} - {()}

    def writes_as(self, email: str | None) -> bool:
        """Tell whether an e-mail address is one of theirs."""
        return email is not None and email.casefold() in {own.casefold() for own in self.emails}


_TITLES: Final = frozenset("mr mrs ms miss mx dr sir dame lord lady rev prof".split())


def bare_name(name: str) -> tuple[str, ...]:
    """Return the words of a name by which it is compared: small letters, no full stops, no title in front."""
    words = [word for word in name.casefold().replace(".", " ").replace(",", " ").split() if word]
    return tuple(words[1:] if words and words[0] in _TITLES else words)


@frozen(kw_only=True)
class Proposal:
    """A removal that somebody asks for and another person confirms.

    Attributes:
        classes: What was previewed; confirming it never removes more.
        subject: Whose data an erasure is about; none of a retention run, or when it is done: then it is gone too.
        files: Whether an erasure also removes the bytes of the bank's files that name the person.
    """

    id: UUID
    kind: RemovalKind
    on: date
    classes: tuple[ClassCount, ...]
    subject: Subject | None = None
    files: bool = True
    by: str
    at: datetime = field(converter=utc)


@frozen(kw_only=True)
class Removal:
    """What a confirmed proposal removed, by class; counts, never values.

    Attributes:
        wiped: Whether the database's files hold nothing of it any more. False: it is only unreachable so far.
    """

    proposal: UUID
    kind: RemovalKind
    by: str
    removed: Mapping[str, int]
    wiped: bool
