"""Templates of eReturns: which lines an office pays in by, and what whoever fills one in may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import asdict, evolve, field, frozen

from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.funds import Fund, Nature
from localgov_ims.domain.methods import MethodOfPayment, SpecialMethods
from localgov_ims.domain.offices import Office
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import text
from localgov_ims.domain.vat import VatCode
from localgov_ims.errors import ConfigurationError, InvalidValue

ANY_DIGIT: Final = "*"
"""The character of a mask at which any digit may stand."""


@frozen(kw_only=True)
class TemplateRow:
    """A row of a template.

    Attributes:
        number: Its place in the template, from 1; a row that is taken out of use keeps it (`retired`).
        reference: The account reference, 1 to 50 characters; `*` stands for any digit, where it may be filled in.
        vat_code: Of its lines, where that is not the fund's own.
        description: What its lines say, 1 to 100 characters.
        vat_override, reference_override, description_override: What whoever fills it in may change.
    """

    number: int = 0
    reference: str = field(validator=text(50))
    fund: str
    vat_code: str | None = None
    description: str = field(validator=text(100))
    vat_override: bool = False
    reference_override: bool = False
    description_override: bool = False
    retired: bool = False

    def check_reference(self, given: str) -> None:
        """Refuse a reference that does not fit the mask.

        Raises:
            InvalidValue: It is too long or short (`bad_length`), or at a place, counted from 1, there is no digit
                (`not_a_digit`) or another character than the mask's (`differs_from_mask`).
        """
        mask = self.reference
        if len(given) != len(mask):
            message = (
                f"Row {self.number}: '{quoted(given)}' has {len(given)} characters; {mask} has {len(mask)}."
            )
            raise InvalidValue("bad_length", message, row=self.number, value=given)
        for place, (symbol, wanted) in enumerate(zip(given, mask, strict=True), start=1):
            if wanted == ANY_DIGIT and not (symbol.isascii() and symbol.isdigit()):
                message = f"Row {self.number}: character {place} of '{quoted(given)}' must be a digit, as {mask} says."
                raise InvalidValue("not_a_digit", message, row=self.number, value=given, position=place)
            if wanted not in {ANY_DIGIT, symbol}:
                message = f"Row {self.number}: character {place} of '{quoted(given)}' must be {wanted}, as {mask} says."
                raise InvalidValue("differs_from_mask", message, row=self.number, value=given, position=place)


@frozen(kw_only=True)
class EReturnTemplate:
    """A template: what an office pays in, row by row. An eReturn keeps the template that it was started from.

    Attributes:
        name: Unique, at most 100 characters.
        users, offices: Whose it is, besides those who were given it by name: users, and everybody of an office.
        cash_method, cheque_method, card_method: The method of payment of its lines, where the council has several.
        notify: E-mail addresses that are told when an eReturn is deleted after it was submitted.
        retired: Whether no eReturn is started from it any more.

    Raises:
        ConfigurationError: It allows nothing, or its rows contradict themselves.
    """

    name: str = field(validator=text(100))
    allows_cash: bool = False
    allows_cheques: bool = False
    allows_card: bool = False
    users: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    cash_method: str | None = None
    cheque_method: str | None = None
    card_method: str | None = None
    notify: tuple[str, ...] = ()
    retired: bool = False
    rows: tuple[TemplateRow, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not any(self.allows(kind) for kind in DepositKind):
            raise self._refused("it must allow cash, cheques or card")
        if not self.live:
            raise self._refused("it needs at least one row in use")
        for row in self.live:
            if ANY_DIGIT in row.reference and not row.reference_override:
                raise self._refused(
                    f"{row.reference} is to be filled in, which needs reference_override = true"
                )

    def numbered(self) -> EReturnTemplate:
        """Return it with each row's place in it, as settings have it."""
        rows = tuple(evolve(row, number=number) for number, row in enumerate(self.rows, start=1))
        return evolve(self, rows=rows)

    @property
    def live(self) -> tuple[TemplateRow, ...]:
        """The rows in use."""
        return tuple(row for row in self.rows if not row.retired)

    def allows(self, kind: DepositKind) -> bool:
        """Tell whether cash, cheques or card takings may be paid in by it."""
        allowed = {
            DepositKind.CASH: self.allows_cash,
            DepositKind.CHEQUE: self.allows_cheques,
            DepositKind.CARD: self.allows_card,
        }
        return allowed[kind]

    def method_of(
        self, kind: DepositKind, methods: Mapping[str, MethodOfPayment], special: SpecialMethods
    ) -> str:
        """Return the code of the method by which its lines are taken: its own, else the council's only one.

        That is the method with `cash`, that with `ereturn_cheque`, and of cards `special_methods.staff_card`.

        Raises:
            ConfigurationError: The council has none, or several and the template does not say which.
        """
        own, flagged = self._flagged(kind, methods)
        if kind is DepositKind.CARD:
            flagged = [special.staff_card] if special.staff_card is not None else []
        chosen = own if own is not None else (flagged[0] if len(flagged) == 1 else None)
        if chosen is None:
            found = ", ".join(flagged) or "none"
            raise self._refused(f"name {kind.value}_method: the methods it could be are {found}")
        if chosen not in methods or methods[chosen].disabled:
            raise self._refused(f"its {kind.value}_method {chosen!r} is no method of payment in use")
        return chosen

    def check(
        self, funds: Mapping[str, Fund], vat_codes: Mapping[str, VatCode], methods: Mapping[str, MethodOfPayment],
        special: SpecialMethods, offices: Mapping[str, Office],
    ) -> None:  # fmt: skip
        """Refuse what names things that are not there, or may not be so.

        Raises:
            ConfigurationError: One of them.
        """
        for office in self.offices:
            if office not in offices:
                raise self._refused(f"{office!r} is no office")
        for kind in DepositKind:
            if self.allows(kind):
                self.method_of(kind, methods, special)
        for row in self.live:
            fund = funds.get(row.fund)
            if fund is None or fund.suspense:
                raise self._refused(f"row {row.number} names the fund {row.fund!r}, which takes no income")
            if row.vat_code is not None and row.vat_code not in vat_codes:
                raise self._refused(
                    f"row {row.number} names the VAT code {row.vat_code!r}, which is not there"
                )
            own = fund.vat_override and fund.nature is not Nature.DEBTOR_CONTROL
            if not own and (row.vat_override or row.vat_code not in {None, fund.vat_code}):
                raise self._refused(
                    f"row {row.number}: fund {fund.code} lets no line have a VAT code of its own"
                )

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it, for an eReturn to keep."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> EReturnTemplate:
        """Return the template that `plain` gave."""
        rows = tuple(TemplateRow(**row) for row in plain["rows"])
        lists = {name: tuple(plain[name]) for name in ("users", "offices", "notify")}
        return cls(**{**plain, **lists, "rows": rows})

    def _flagged(
        self, kind: DepositKind, methods: Mapping[str, MethodOfPayment]
    ) -> tuple[str | None, list[str]]:
        if kind is DepositKind.CASH:
            return self.cash_method, [m.code for m in methods.values() if m.cash and not m.disabled]
        if kind is DepositKind.CHEQUE:
            flagged = [m.code for m in methods.values() if m.ereturn_cheque and not m.disabled]
            return self.cheque_method, flagged
        return self.card_method, []

    def _refused(self, why: str) -> ConfigurationError:
        return ConfigurationError("bad_template", f"eReturn template {self.name}: {why}.", template=self.name)
