"""Finance ledgers: what is posted to each, when, and how its journals are cut."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from attrs.validators import matches_re

from localgov_ims.domain.summaries import Summary, SummaryKey
from localgov_ims.errors import ConfigurationError


class AccountingDate(enum.Enum):
    """On which day income is posted: the day it was taken, the day the bank booked it, or the day its provider paid it out.

    The last two post nothing before the bank line is matched. What no provider pays out is settled when it is booked.
    """

    TAKEN = "taken"
    BOOKED = "booked"
    SETTLED = "settled"


class Late(enum.Enum):
    """What becomes of something dated in a period that is closed."""

    NEXT_OPEN = "next_open"
    REFUSE = "refuse"


class Per(enum.Enum):
    """What makes one journal: a day, a period, or everything that is new."""

    DAY = "day"
    PERIOD = "period"
    BATCH = "batch"


@frozen(kw_only=True)
class Ledger:
    """A finance ledger of the council.

    Attributes:
        name: It begins the numbers of its journals.
        exporter: What makes its files; options: what that one may be told.
        per: What makes one journal; its day is the last day in it.
        accounting_date: On which day income is posted.
        late: What becomes of something dated in a closed period.
        summarise: What lines must share to be added up; none: every line is posted. net: whether debits and credits of
            one account may meet.
        chart: Whether every ledger code must be open in the chart of accounts that was imported for it.
    """

    name: str = field(validator=matches_re("[A-Za-z0-9_-]{1,20}"))  # it becomes part of files' names
    exporter: str
    options: Mapping[str, Any] = field(factory=dict)
    per: Per = Per.DAY
    accounting_date: AccountingDate = AccountingDate.TAKEN
    late: Late = Late.NEXT_OPEN
    summarise: tuple[SummaryKey, ...] = ()
    net: bool = False
    chart: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.net and not self.summarise:
            message = f"Ledger {self.name}: net = true needs summarise, such as summarise = ['account']."
            raise ConfigurationError("bad_ledger", message, ledger=self.name)

    @property
    def summary(self) -> Summary | None:
        """How its journals are added up, where they are."""
        return Summary(keys=self.summarise, net=self.net) if self.summarise else None
