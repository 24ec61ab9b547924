"""What a reader gives: a stream of `Opened`, its rows, `Closed`, and Issues wherever they are found.

The stream is strictly `Opened`, rows, `Closed`, as often as the file has statements or payouts. One entry is
in memory at a time.
"""

from __future__ import annotations

import enum
from datetime import date

from attrs import frozen

from localgov_ims.domain.advices import Advice
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementLine
from localgov_ims.domain.stated import ListedRow
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.domain.unpaids import Unpaid
from localgov_ims.files.holder_fields import HolderRow


class Yields(enum.Enum):
    """What kind of rows a reader gives."""

    STATEMENT = "statement"
    SETTLEMENT = "settlement"
    INCOME = "income"
    ACCOUNTS = "accounts"
    UNPAIDS = "unpaids"
    ADVICE = "advice"
    LIST = "list"


@frozen(kw_only=True)
class Opened:
    """The head of a statement, a settlement or a file of rows.

    Attributes:
        account: Bank account or merchant account, normalised (UK: sort code and account number, 14 digits); of a
            file of rows, whom it is from (client, service user number), or empty where only its rows say.
        currency: ISO 4217 code of all its amounts; any of two decimals is read, only GBP is imported.
        number: The number people know it by: of the statement, of the payout.
        key: What makes it the same one when it comes again, within its account; none where the format has no
            numbered statements, and its lines are told apart one by one.
        paid_on: The day a settlement was paid out, a Bacs report or submission is of.
        service_user: The service user number, of what is about Direct Debits.
        opening: Balance before the first row; none where the format has none.
        copy: Whether the bank marks it as a copy or duplicate.
        message: The message's or profile's name and version.
        place: Where it begins in the file.
    """

    account: str
    place: str
    currency: str = "GBP"
    number: str | None = None
    key: str | None = None
    paid_on: date | None = None
    service_user: str | None = None
    opening: Money | None = None
    copy: bool = False
    message: str = ""


@frozen(kw_only=True)
class Totals:
    """Counts and sums in pence, of what a file declares or of what was read; none where there is no such total.

    `credits` and `debits` are both positive; `entries` is the sum of both, `net` the one less the other.
    """

    count: int | None = None
    credit_count: int | None = None
    debit_count: int | None = None
    credits: int | None = None
    debits: int | None = None
    entries: int | None = None
    net: int | None = None


NO_TOTALS = Totals()


@frozen(kw_only=True)
class Closed:
    """The end of a statement, settlement or file of rows, with what it proves about itself.

    Attributes:
        closing: Balance after the last row; none where the format has none.
        declared: The totals that the file states.
        computed: The same of the booked rows that were read.
        evidence: What they prove together.
        paid_on: The day a settlement was paid out, where only its end tells it.
        not_booked: Entries reported only (pending, for information): counted, never recorded, in no total.
    """

    computed: Totals
    evidence: Evidence
    place: str
    opening: Money | None = None
    closing: Money | None = None
    declared: Totals = NO_TOTALS
    paid_on: date | None = None
    not_booked: int = 0
    first_on: date | None = None
    last_on: date | None = None


Row = BankLine | SettlementLine | IncomeRow | HolderRow | Unpaid | Advice | ListedRow
Event = Opened | Row | Closed | Issue
