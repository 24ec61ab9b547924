"""One statement while it is read: its account, its lines, and its balance at the end."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.statements import NO_REFERENCES, BankLine, Evidence
from localgov_ims.files.account_numbers import account_number
from localgov_ims.files.checked_lines import line_of, references_of
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.faults import Fault
from localgov_ims.files.text import has_pence
from localgov_ims.files.totals import Tally
from localgov_ims_ofx.tags import plain
from localgov_ims_ofx.values import day, pence, required

_SORT_CODE, _NUMBER = 6, 8


@define
class Statement:
    """What is kept of a statement while its lines pass.

    Attributes:
        fields: Its own leaves, and those of its account and of its ledger balance, by their names.
        opened: Whether its head was given; lines: how many lines it has, those that were faulty too.
    """

    place: str
    decimal: str
    message: str
    fields: dict[str, str] = field(factory=dict)
    tally: Tally = field(factory=Tally)
    opened: bool = False
    lines: int = 0
    not_booked: int = 0

    def open(self) -> Opened:
        """Return the head.

        Raises:
            Fault: No account or no currency that can be read.
        """
        self.opened = True
        account = required(self.fields.get("ACCTID", ""), "ACCTID")
        currency = required(self.fields.get("CURDEF", ""), "CURDEF")
        if not has_pence(currency):
            message = "A currency is a code of three capitals whose amounts have two decimals, such as GBP."
            raise Fault("bad-field", "CURDEF", currency, message)
        return Opened(
            account=_account(self.fields.get("BANKID", ""), account), place=self.place, currency=currency,
            message=self.message,
        )  # fmt: skip

    def line(self, leaves: Mapping[str, str], place: str) -> BankLine:
        """Make the line of one STMTTRN.

        Raises:
            Fault: A field is missing or is not what it must be.
        """
        get = leaves.get
        amount = pence(get("TRNAMT", ""), self.decimal, "TRNAMT")
        booked_on = day(get("DTPOSTED", ""), "DTPOSTED")
        identifier = required(get("FITID", ""), "FITID")
        currency = get("CURSYM")
        if currency and currency != self.fields.get("CURDEF"):
            message = f"An amount in {currency} stands in an account in {self.fields.get('CURDEF')}."
            raise Fault(
                "currency-mismatch", "CURSYM", currency, f"{message} Ask the bank for the amount it booked."
            )
        cheque, own = (get("CHECKNUM") or "").strip("0"), get("REFNUM")
        memo, value_on = get("MEMO"), get("DTAVAIL")
        references = NO_REFERENCES
        if cheque or own:
            references = references_of(cheque=get("CHECKNUM") if cheque else None, bank=own or None)
        return line_of(
            position=self.tally.add(amount, booked_on), amount=Money(amount), booked_on=booked_on, place=place,
            value_on=day(value_on, "DTAVAIL") if value_on else None, code=get("TRNTYPE") or None, references=references,
            counterparty_name=plain(get("NAME") or "") or None, counterparty_account=get("ACCTTO") or None,
            narrative=(plain(memo),) if memo else (), identifier=identifier,
        )  # fmt: skip

    def close(self) -> Closed:
        """Return the end, with the ledger balance where the statement has one.

        Raises:
            Fault: The balance is no amount.
        """
        printed = self.fields.get("BALAMT")
        closing = None if printed is None else Money(pence(printed, self.decimal, "BALAMT"))
        return Closed(
            computed=self.tally.totals, evidence=Evidence.UNPROVED, place=self.place, closing=closing,
            not_booked=self.not_booked, first_on=self.tally.first_on, last_on=self.tally.last_on,
        )  # fmt: skip


def _account(bank: str, account: str) -> str:
    """Return an account as it is compared: of a UK one sort code and number; a card's number is never whole."""
    sort_code, number = bank.replace("-", "").replace(" ", ""), account.replace(" ", "")
    if len(sort_code) == _SORT_CODE and len(number) == _NUMBER and (sort_code + number).isdigit():
        return sort_code + number
    return visible(account_number(account))
