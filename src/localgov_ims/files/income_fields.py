"""Income: what the columns of a payment agent's or department's file mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from attrs import field, frozen

from localgov_ims.files.columns import AmountColumns, DayColumn, one_of
from localgov_ims.files.contents import Content, all_used, printed

LONGEST: Final[Mapping[str, int]] = {
    "account_reference": 50, "fund": 5, "mop": 5, "office": 2, "vat_code": 2, "narrative": 100,
    "source_reference": 36, "source_internal_reference": 36, "provider_reference": 36,
}  # fmt: skip
"""The texts of a row, and how many characters each may have; of a reference, more than 30 are for suspense to judge."""

LONGEST_EXTRA: Final = 255
"""How many characters a further column may have."""

MONEY: Final = ("vat_amount", "fee_amount", "fee_vat", "net_amount")
"""The amounts of a row beside its own."""


@frozen(kw_only=True)
class TextField:
    """A text of a row: what stands in a column, or in several, with a space between; or the same for every row.

    Attributes:
        column: Where it stands; value: what it is for every row.
        trim: Whether blanks at both ends are taken off; strip_spaces: whether all are, as in `77 123 4567`.
        drop_prefix: What a text may begin with and is taken off.
        map: What each code of the sender means; default: what any other does, which is else `unknown-code`.
        allowed: The only texts that may stand there; any other is `unknown-code`.
        required: Whether a blank is `missing-field`.
    """

    column: tuple[str, ...] = ()
    value: str | None = None
    trim: bool = True
    strip_spaces: bool = False
    drop_prefix: str = ""
    map: Mapping[str, str] | None = None
    default: str | None = None
    allowed: tuple[str, ...] = ()
    required: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse none and both of the ways."""
        if bool(self.column) == (self.value is not None):
            message = "give either column (where it stands) or value (the same for every row)"
            raise ValueError(message)
        if self.default is not None and self.map is None:
            message = "default says what codes outside map mean, and there is no map"
            raise ValueError(message)

    def cleaned(self, text: str) -> str:
        """Return what stands in the column without what is no part of it."""
        if self.trim:
            text = text.strip()
        if self.strip_spaces:
            text = "".join(text.split())
        return text.removeprefix(self.drop_prefix)

    def meant(self, text: str) -> str | None:
        """Return what a cleaned text means, or none where it is a code that the profile does not know."""
        if text and self.map is not None:
            return self.map.get(text, self.default)
        if text and self.allowed and text not in self.allowed:
            return None
        return text


@frozen(kw_only=True)
class RateColumn:
    """The column of VAT rates, printed as a fraction of one (`0.2`) or in percent (`20`)."""

    column: str
    unit: str = field(default="fraction", validator=one_of("fraction", "percent"))


@frozen(kw_only=True)
class IncomeFields(Content):
    """Receipts: an amount and the day the payer paid, and whatever else the sender tells.

    Attributes:
        source: Whom the file is from (a client or service user number), where its rows do not say.
        nil_returns: Whether the sender also sends files without a row.
        extra: Further columns, by the names under which they are kept.
    """

    counted: ClassVar[bool] = True
    yields: str = field(default="income", validator=one_of("income"))
    amount: AmountColumns
    taken_on: DayColumn
    taken_at: DayColumn | None = None
    entered_at: DayColumn | None = None
    account_reference: TextField | None = None
    fund: TextField | None = None
    mop: TextField | None = None
    office: TextField | None = None
    vat_code: TextField | None = None
    narrative: TextField | None = None
    source_reference: TextField | None = None
    source_internal_reference: TextField | None = None
    provider_reference: TextField | None = None
    vat_rate: RateColumn | None = None
    vat_amount: AmountColumns | None = None
    fee_amount: AmountColumns | None = None
    fee_vat: AmountColumns | None = None
    net_amount: AmountColumns | None = None
    extra: Mapping[str, TextField] = field(factory=dict)
    source: str = ""
    nil_returns: bool = False

    @property
    def texts(self) -> Iterator[tuple[str, TextField, int]]:
        """The texts that the profile gives: name, field and how many characters it may have."""
        for name, longest in LONGEST.items():
            text: TextField | None = getattr(self, name)
            if text is not None:
                yield name, text, longest

    @property
    def monies(self) -> Iterator[tuple[str, AmountColumns]]:
        """The amounts beside the row's own that the profile gives."""
        for name in MONEY:
            amount: AmountColumns | None = getattr(self, name)
            if amount is not None:
                yield name, amount

    @property
    def moments(self) -> Iterator[tuple[str, DayColumn]]:
        """The moments that the profile gives."""
        for name in ("taken_at", "entered_at"):
            moment: DayColumn | None = getattr(self, name)
            if moment is not None:
                yield name, moment

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        texts = [text.column for _, text, _ in self.texts] + [text.column for text in self.extra.values()]
        rate = [(self.vat_rate.column,)] if self.vat_rate is not None else []
        return all_used((self.days, self.amount.columns, *(a.columns for _, a in self.monies), *texts, *rate))

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {moment.column: moment.format for _, moment in self.moments} | {
            self.taken_on.column: self.taken_on.format
        }

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        return {**printed(*(amount for _, amount in self.monies)), **printed(self.amount)}

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which no row can be read."""
        return (self.taken_on.column, *self.amount.columns)

    @property
    def shape(self) -> tuple[str, ...]:
        """The columns of days and amounts by which a row without a header is known."""
        return (self.taken_on.column, *printed(self.amount))
