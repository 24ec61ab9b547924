"""Columns: what a profile says of each, and how it is to be read."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Attribute, asdict, field, fields_dict, frozen

from localgov_ims.domain.patterns import compile_pattern
from localgov_ims.domain.settlements import SettlementKind

_DAY_TOKEN = re.compile("YYYY|YY|Mon|MM|DD|hh|mm|ss|[A-Za-z]")
_OTHER_LETTERS = frozenset(string.ascii_letters) - {"T", "Z"}
_AMOUNT_WAYS = ({"column", "sign"}, {"credit", "debit"}, {"column", "direction", "direction_column"})
SIGNS = ("as-printed", "trailing", "either", "unsigned")
"""Where the sign of an amount may stand: in front, behind, at either end, nowhere."""

ISO = "iso"
"""The format of ISO 8601: a day, which a time may follow, with or without its distance from UTC."""


def one_of(*allowed: object) -> Any:  # noqa: ANN401 - an attrs validator
    """Make a validator that takes nothing else."""

    def check(_: object, attribute: Attribute[object], value: object) -> None:
        if value not in allowed:
            message = f"{attribute.name} must be {' or '.join(map(repr, allowed))}, not {value!r}"
            raise ValueError(message)

    return check


@frozen(kw_only=True)
class DayColumn:
    """A column of days or moments, printed by `format`: `DD/MM/YYYY`, `YYYY-MM-DD hh:mm:ss`, or `iso`."""

    column: str
    format: str = field()

    @format.validator  # noqa: A003 - the key of the TOML
    def _readable(self, _: object, layout: str) -> None:
        if layout == ISO:
            return
        tokens = _DAY_TOKEN.findall(layout)
        years = tokens.count("YYYY") + tokens.count("YY")
        months = tokens.count("MM") + tokens.count("Mon")
        once = months == 1 and tokens.count("DD") == 1 and len(tokens) == len(set(tokens))
        if years != 1 or not once or set(tokens) & _OTHER_LETTERS:
            message = (
                "format must hold YYYY or YY, MM or Mon, and DD once each (and may hold hh, mm, ss), not "
                f"{layout!r}"
            )
            raise ValueError(message)


@frozen(kw_only=True)
class AccountColumn:
    """Which bank account a row is of: a column with an RE2 pattern that it must match whole, or one `value` for all.

    The groups `sort` and `account` make the account's 14 digits; without `sort`, `account` is taken as it is.
    A group `currency` gives the account's currency. `sort` names the column of the sort code where it stands apart.
    """

    column: str | None = None
    pattern: str = field(default="(?P<account>.+)")
    sort: str | None = None
    value: str | None = None
    _compiled: Any = field(init=False, repr=False, eq=False)

    @pattern.validator
    def _valid(self, _: object, pattern: str) -> None:
        compiled = compile_pattern(pattern)
        if "account" not in compiled.groupindex or set(compiled.groupindex) - {"sort", "account", "currency"}:
            message = (
                "pattern must have a group (?P<account>...), may have sort and currency, and no other by name"
            )
            raise ValueError(message)
        object.__setattr__(self, "_compiled", compiled)

    def __attrs_post_init__(self) -> None:
        """Refuse none and both of the ways."""
        if (self.column is None) == (self.value is None) or (self.sort is not None and self.column is None):
            message = (
                "give either column (and sort, where the sort code stands apart) or value, the one account"
            )
            raise ValueError(message)

    @property
    def columns(self) -> Iterator[str]:
        """The columns it names."""
        return (column for column in (self.sort, self.column) if column is not None)

    @property
    def name(self) -> str:
        """What a fault of the account is reported at."""
        return self.column or "account"

    def match(self, text: str) -> Mapping[str, str | None] | None:
        """Return the pattern's groups where it matches the whole *text*."""
        return _matched(self, text)


@functools.lru_cache(maxsize=1024)
def _matched(column: AccountColumn, text: str) -> Mapping[str, str | None] | None:
    # a file has few distinct accounts, and a line of each
    found = column._compiled.fullmatch(text)  # noqa: SLF001 - its own second half
    return None if found is None else found.groupdict()


@frozen(kw_only=True)
class AmountColumns:
    """Where a row's amount stands and what decides its sign; exactly one of three ways.

    `column` with `sign`, one of `SIGNS`; `credit` and `debit`, of which each row fills one; or an unsigned
    `column` with a `direction_column` whose codes `direction` says to be 1 (in) or -1 (out). All are printed in one
    `unit`, pounds or whole pence.
    """

    column: str | None = None
    sign: str | None = field(default=None, validator=one_of(None, *SIGNS))
    credit: str | None = None
    debit: str | None = None
    direction: Mapping[str, int] | None = None
    direction_column: str | None = None
    unit: str = field(default="pounds", validator=one_of("pounds", "pence"))

    def __attrs_post_init__(self) -> None:
        """Refuse a mixture of the ways."""
        given = {name for name in fields_dict(AmountColumns) if getattr(self, name) is not None} - {"unit"}
        if given not in _AMOUNT_WAYS:
            ways = " or ".join("{ " + ", ".join(sorted(way)) + " }" for way in _AMOUNT_WAYS)
            message = f"must be one of {ways}, not {{ {', '.join(sorted(given))} }}"
            raise ValueError(message)
        if self.direction is not None and not set(self.direction.values()) <= {1, -1}:
            message = "direction must be 1 (into the account) or -1 (out of it) for each code"
            raise ValueError(message)

    @property
    def columns(self) -> Iterator[str]:
        """The columns it names."""
        named = (self.column, self.credit, self.debit, self.direction_column)
        return (column for column in named if column is not None)

    @property
    def printed(self) -> Iterator[tuple[str, str]]:
        """The columns of printed amounts, each with where its sign may stand."""
        for column in (self.column, self.credit, self.debit):
            if column is not None:
                yield column, self.sign or "unsigned"


@frozen(kw_only=True)
class BalanceColumn:
    """The column of balances; `running` ones must each be the one before with the row's amount."""

    column: str
    running: bool = False


@frozen(kw_only=True)
class BalanceRow:
    """A row that is no line but a balance: where column `where` equals `equals`, it stands in `take`."""

    where: str
    equals: str
    take: str


@frozen(kw_only=True)
class ReferenceColumns:
    """The columns of a line's references, each under what it is; the names are those of `References`."""

    end_to_end: str | None = None
    structured: str | None = None
    mandate: str | None = None
    bank: str | None = None
    customer: str | None = None
    cheque: str | None = None

    @functools.cached_property
    def given(self) -> Mapping[str, str]:
        """Column by kind of reference."""
        return {kind: column for kind, column in asdict(self).items() if column is not None}


@frozen(kw_only=True)
class KindColumn:
    """The column that says what a settlement's row is, and what each of its codes means.

    The amounts of `negative` codes are printed without a sign and are money out.
    """

    column: str
    codes: Mapping[str, SettlementKind]
    negative: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a direction of what is not known."""
        if strange := set(self.negative) - set(self.codes):
            message = f"negative: {', '.join(sorted(strange))} is not in codes"
            raise ValueError(message)
