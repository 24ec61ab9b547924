"""What a receipt says, before it is text, a page or a PDF: its facts, its VAT summed up, its words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from attrs import Attribute, field, frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.vat import NIL, Treatment, VatRate
from localgov_ims.errors import InvalidValue

LESS_DETAILED_LIMIT: Final = Money(25_000)
"""Up to this, a VAT invoice needs no customer and no net amounts: VAT Regulations 1995 (SI 1995/2518), reg. 16A."""

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji are spelt with them
_DROPPED = {"Cc", "Cf", "Cs"}
_UNTAXED: Final = {
    None: "No VAT",
    Treatment.ZERO: "Zero rated",
    Treatment.EXEMPT: "Exempt",
    Treatment.NON_BUSINESS: "Non-business",
    Treatment.OUTSIDE_SCOPE: "Outside the scope of VAT",
}
_SUPPLIES = {Treatment.STANDARD, Treatment.REDUCED, Treatment.ZERO}


def _at_least_one(_: object, __: Attribute[tuple[ReceiptLine, ...]], value: tuple[ReceiptLine, ...]) -> None:
    if not value:
        message = "A receipt without a line says nothing. Give it the lines of its transaction."
        raise InvalidValue("no_lines", message)


@frozen(kw_only=True)
class ReceiptLine:
    """A line of a receipt: what was paid for, and the VAT that the line has kept.

    Attributes:
        fund_name: What the payer knows the fund by.
        account_reference: Whose it is, as it is shown; none where there is no account.
        narrative: What was written beside it.
        amount: Gross; below nothing where money went out.
        vat_code, vat_rate, vat, treatment: As the line keeps them; never computed here. No code, no treatment.
    """

    fund_name: str
    account_reference: str | None = None
    narrative: str | None = None
    amount: Money
    vat_code: str | None = None
    vat_rate: VatRate = NIL
    vat: Money = NOTHING
    treatment: Treatment | None = None

    @property
    def rate_name(self) -> str:
        """Return how it stands to VAT: `20 %`, `Zero rated`, `Exempt`."""
        if self.treatment is None or not self.treatment.taxed:
            return _UNTAXED[self.treatment]
        return percent(self.vat_rate)


@frozen(kw_only=True)
class VatRow:
    """The lines of one VAT code, rate and treatment, added up."""

    vat_code: str | None
    rate_name: str
    net: Money
    vat: Money
    gross: Money


@frozen(kw_only=True)
class ReceiptDocument:
    """All that a receipt shows of one transaction.

    Attributes:
        council_name, council_address, vat_number: Who received the money.
        receipt_number: As people read it, `K7MP-2QXW-9TRN`.
        taken_on: The day the payer paid, in London: for VAT the time of the supply.
        payer: Their name; none where it is not known.
        lines: At least one.
        copy: Whether the payer has been given this receipt before.
        cancelled_by: The numbers of the reversals that took what it shows back; it proves no payment then.

    Raises:
        InvalidValue: There is no line.
    """

    council_name: str
    council_address: tuple[str, ...] = ()
    vat_number: str | None = None
    receipt_number: str
    taken_on: date
    payer: str | None = None
    lines: tuple[ReceiptLine, ...] = field(validator=_at_least_one)
    copy: bool = False
    cancelled_by: tuple[str, ...] = ()

    @property
    def gross(self) -> Money:
        """Return what was paid, VAT and all; below nothing is a refund."""
        return Money.total(line.amount for line in self.lines)

    @property
    def vat(self) -> Money:
        """Return the VAT in it: the lines' own, added up."""
        return Money.total(line.vat for line in self.lines)

    @property
    def net(self) -> Money:
        """Return what was paid, without VAT."""
        return self.gross - self.vat

    @property
    def is_refund(self) -> bool:
        """Tell whether money went back to the payer."""
        return self.gross < NOTHING

    @property
    def title(self) -> str:
        """Return what it is: `Receipt`, `VAT receipt`, `Refund receipt`, `Copy of receipt`, `Cancelled receipt`."""
        kind = "refund receipt" if self.is_refund else "VAT receipt" if self.is_vat_invoice else "receipt"
        kind = f"cancelled {kind}" if self.cancelled_by else kind
        return f"Copy of {kind}" if self.copy else kind[0].upper() + kind[1:]

    @property
    def vat_rows(self) -> tuple[VatRow, ...]:
        """Return VAT per code, rate and treatment, in the order in which the lines bring them up.

        Treatments are told apart though their rate is the same: zero rated is not exempt.
        """
        groups: dict[tuple[str | None, VatRate, Treatment | None], list[ReceiptLine]] = {}
        for line in self.lines:
            groups.setdefault((line.vat_code, line.vat_rate, line.treatment), []).append(line)
        return tuple(_row(lines) for lines in groups.values())

    @property
    def is_vat_invoice(self) -> bool:
        """Tell whether this is a VAT invoice of the less detailed kind, on which VAT can be reclaimed.

        It shows the supplier's name, address and VAT number, the day, what was supplied, the total, and for each
        rate the gross and the rate. That is enough for taxable supplies of up to £250, with no exempt
        supply among them; above, a VAT invoice names the customer and their address, which we do not have. Payments
        that are no supply (council tax, fines) stand on the same receipt without mattering.

        Source: VAT Regulations 1995, regs. 14 and 16A; VAT Notice 700, paragraphs 16.3 and 16.6.1; HMRC manual VATREC16042.
        """
        treatments = {line.treatment for line in self.lines}
        supplied = Money.total(line.amount for line in self.lines if line.treatment in _SUPPLIES)
        named = self.vat_number and self.council_address
        return (
            bool(named and self.vat)
            and not self.cancelled_by
            and Treatment.EXEMPT not in treatments
            and NOTHING < supplied <= LESS_DETAILED_LIMIT
        )

    @property
    def note(self) -> str | None:
        """Return that it is cancelled; else what a business must know where there is VAT and this is no VAT invoice."""
        if self.cancelled_by:
            numbers, what = " and ".join(self.cancelled_by), "refund" if self.is_refund else "payment"
            return f"This receipt is cancelled: the {what} that it shows was taken back, by {numbers}. It proves no {what}."
        if not self.vat or self.is_vat_invoice or self.is_refund:
            return None
        return f"This is not a VAT invoice. If you need one, ask us for it and quote {self.receipt_number}."


def percent(rate: VatRate) -> str:
    """Return a rate as people write it: `20 %`, `17.5 %`."""
    whole, tenth = divmod(rate.thousandths, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def day_shown(day: date) -> str:
    """Return a day as people write it: `12 May 2026`, whatever the language of the machine."""
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def one_line(text: str) -> str:
    """Return a text from outside on one line, without characters that steer a screen or turn writing round."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _DROPPED)


def masked(text: str) -> str:
    """Return a text that somebody typed freely on one line, card numbers masked."""
    parts = re.split(f"([{_JOINERS}])", one_line(text))
    return "".join(part if part in _JOINERS else visible(part) for part in parts)


def _row(lines: list[ReceiptLine]) -> VatRow:
    gross, vat = Money.total(line.amount for line in lines), Money.total(line.vat for line in lines)
    first = lines[0]
    return VatRow(vat_code=first.vat_code, rate_name=first.rate_name, net=gross - vat, vat=vat, gross=gross)
