"""What an eReturn says: its lines, and the analysis of what is paid in, which must come to the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen
from attrs.validators import optional

from localgov_ims.domain.denominations import NO_CASH, Counted
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.money import NOTHING, Money, enterable
from localgov_ims.domain.texts import blank_is_none, digits, text, written
from localgov_ims.errors import InvalidValue, RuleViolation


@frozen(kw_only=True)
class EReturnLine:
    """An amount for a row of the template; what is none is as the template has it."""

    row: int
    amount: Money = field(validator=enterable)
    account_reference: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    vat_code: str | None = field(default=None, converter=blank_is_none, validator=text(2))
    description: str | None = field(default=None, converter=blank_is_none, validator=written(100))


@frozen(kw_only=True)
class EReturnCheque:
    """A cheque that is paid in.

    Attributes:
        item: Its number on the return, from 1.
        drawer: Who drew it, 1 to 100 characters; none only where it has been removed as personal data.
        sort_code, account, number: Bank details, as far as they were noted.

    Raises:
        InvalidValue: Its amount is not above nothing (`amount_not_positive`).
    """

    item: int
    amount: Money = field(validator=enterable)
    drawer: str | None = field(default=None, converter=blank_is_none, validator=written(100))
    sort_code: str | None = field(default=None, converter=blank_is_none, validator=optional(digits(6)))
    account: str | None = field(default=None, converter=blank_is_none, validator=optional(digits(8)))
    number: str | None = field(default=None, converter=blank_is_none, validator=optional(digits(6)))

    @amount.validator
    def _above_nothing(self, _: object, amount: Money) -> None:
        if amount <= NOTHING:
            message = f"Cheque {self.item} must be above zero, not {amount.shown()}."
            raise InvalidValue("amount_not_positive", message, value=str(amount), item=self.item)


@frozen(kw_only=True)
class CardScheme:
    """What a terminal took and gave back by one card scheme: counts, and amounts above nothing.

    Raises:
        InvalidValue: A count or an amount is negative (`bad_card_total`).
    """

    name: str = field(validator=written(50))
    sales_count: int = 0
    sales: Money = field(default=NOTHING, validator=enterable)
    refunds_count: int = 0
    refunds: Money = field(default=NOTHING, validator=enterable)

    def __attrs_post_init__(self) -> None:
        """Refuse what no Z-report prints."""
        if min(self.sales_count, self.refunds_count) < 0 or min(self.sales, self.refunds) < NOTHING:
            message = f"{self.name}: give sales and refunds as the Z-report prints them, each zero or above."
            raise InvalidValue("bad_card_total", message, scheme=self.name)

    @property
    def net(self) -> Money:
        """Sales less refunds."""
        return self.sales - self.refunds


@frozen(kw_only=True)
class CardTakings:
    """A terminal's Z-report: the merchant, terminal and report, its day, the total printed, and each card scheme."""

    merchant: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    terminal: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    z_report: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    z_on: date | None = None
    z_total: Money | None = field(default=None, validator=enterable)
    schemes: tuple[CardScheme, ...] = ()

    @property
    def net(self) -> Money:
        """Sales less refunds of every scheme."""
        return Money.total(scheme.net for scheme in self.schemes)


NO_CARDS = CardTakings()
"""No Z-report."""


@frozen(kw_only=True)
class Contents:
    """What an eReturn says.

    Attributes:
        slip: Number of the paying-in slip, at most 50 characters; bag_number: of the sealed bag of cash, likewise.
        cash, cheques, card: The analysis of what is paid in; only that of the return's own kind is filled in.
        over_short: What was counted less the lines: above nothing over, below it short; with its reason.
        nil: Whether there was nothing to pay in.

    Raises:
        InvalidValue: A row or a cheque stands twice (`stands_twice`).
    """

    lines: tuple[EReturnLine, ...] = ()
    slip: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    bag_number: str | None = field(default=None, converter=blank_is_none, validator=written(50))
    cash: Counted = NO_CASH
    cheques: tuple[EReturnCheque, ...] = ()
    card: CardTakings = NO_CARDS
    over_short: Money = field(default=NOTHING, validator=enterable)
    over_short_reason: str | None = field(default=None, converter=blank_is_none, validator=written(100))
    nil: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what stands twice."""
        _once("Row", (line.row for line in self.lines))
        _once("Cheque", (cheque.item for cheque in self.cheques))
        _once("Card scheme", (scheme.name for scheme in self.card.schemes))

    @property
    def valued(self) -> tuple[EReturnLine, ...]:
        """The lines that bring or take money."""
        return tuple(line for line in self.lines if line.amount)

    @property
    def lines_total(self) -> Money:
        """What the lines come to."""
        return Money.total(line.amount for line in self.lines)

    @property
    def total(self) -> Money:
        """What is recorded: the lines, and what was over or short."""
        return self.lines_total + self.over_short

    def analysed(self, kind: DepositKind) -> Money:
        """Return what was counted: the cash, the cheques, or the total that the Z-report printed."""
        if kind is DepositKind.CASH:
            return self.cash.total
        if kind is DepositKind.CHEQUE:
            return Money.total(cheque.amount for cheque in self.cheques)
        return self.card.z_total if self.card.z_total is not None else self.card.net

    def check_kind(self, kind: DepositKind) -> None:
        """Refuse an analysis of another kind than the return's.

        Raises:
            InvalidValue: `wrong_kind`.
        """
        given = {
            DepositKind.CASH: bool(self.cash) or self.bag_number is not None,
            DepositKind.CHEQUE: bool(self.cheques),
            DepositKind.CARD: self.card != NO_CARDS,
        }
        for other, there in given.items():
            if there and other is not kind:
                message = f"This return is of {kind.value}; what is paid in by {other.value} goes into one of its own."
                raise InvalidValue("wrong_kind", message, kind=kind.value, value=other.value)

    def check_z_total(self) -> None:
        """Refuse a Z-total that is not sales less refunds.

        Raises:
            RuleViolation: `z_total_differs`.
        """
        printed, net = self.card.z_total, self.card.net
        if printed is not None and printed != net:
            message = (
                f"Sales less refunds come to {net.shown()}, but the Z-total is {printed.shown()}. Compare each scheme "
                "with the report."
            )
            raise RuleViolation("z_total_differs", message, net=str(net), z_total=str(printed))

    def check_complete(self, kind: DepositKind) -> None:
        """Refuse what cannot be submitted: without its analysis, or with lines that do not come to what was counted.

        Raises:
            RuleViolation: `nil_with_money`, `no_analysis`, `no_cheques`, `not_balanced`, `no_bag_number`,
                `z_total_differs` or `total_not_positive`.
            InvalidValue: `missing_value`.
        """
        self.check_kind(kind)
        self.check_z_total()
        if self.nil:
            self._check_nil(kind)
            return
        self._check_analysis(kind)
        counted = self.analysed(kind)
        if self.total != counted:
            message = (
                f"The lines come to {self.lines_total.shown()} and {self.over_short.shown()} over or short, but "
                f"{counted.shown()} was counted. Put the lines right, or say what is over or short, with its reason."
            )
            raise RuleViolation("not_balanced", message, lines=str(self.lines_total), counted=str(counted))
        if kind is DepositKind.CASH and self.bag_number is None:
            raise RuleViolation("no_bag_number", "Give the number of the sealed bag that the cash is in.")
        if self.over_short and self.over_short_reason is None:
            raise _missing("over_short_reason", "Say why the takings are over or short.")
        if not self.valued or (self.total <= NOTHING and kind is not DepositKind.CARD):
            message = f"There is {self.total.shown()} to pay in. Give the amounts, or mark the return nil if there was nothing."
            raise RuleViolation("total_not_positive", message, total=str(self.total))

    def _check_nil(self, kind: DepositKind) -> None:
        if self.valued or self.over_short or self.analysed(kind):
            message = "A nil return says that there was nothing to pay in, but amounts are given. Take out one or the other."
            raise RuleViolation("nil_with_money", message, total=str(self.total))

    def _check_analysis(self, kind: DepositKind) -> None:
        if kind is DepositKind.CASH and not self.cash:
            raise RuleViolation("no_analysis", "Count the cash by notes and coins, and give the counts.")
        if kind is DepositKind.CHEQUE and not self.cheques:
            raise RuleViolation("no_cheques", "Give the cheques, one by one.")
        if kind is DepositKind.CARD:
            if self.card.z_total is None:
                raise RuleViolation("no_analysis", "Give the Z-total that the terminal printed.")
            for name in ("merchant", "terminal", "z_report", "z_on"):
                if getattr(self.card, name) is None:
                    raise _missing(name, f"Give the {_CARD_NAMES[name]}, as the Z-report prints it.")


_CARD_NAMES = {
    "merchant": "merchant number", "terminal": "terminal number", "z_report": "number of the Z-report",
    "z_on": "day of the Z-report",
}  # fmt: skip


def _missing(field_: str, message: str) -> InvalidValue:
    return InvalidValue("missing_value", message, field=field_)


def _once(what: str, given: Iterable[object]) -> None:
    seen = set()
    for each in given:
        if each in seen:
            raise InvalidValue("stands_twice", f"{what} {each} stands twice. Give it once.", value=str(each))
        seen.add(each)


NOTHING_ENTERED = Contents()
"""What a new return says."""
