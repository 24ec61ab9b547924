"""A payables file: its sources, and the layout that writes it and reads it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from attrs import define, field, frozen

from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.payables import PayablesFile
from localgov_ims.domain.refunds import RefundRequest
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.writing.layout import Layout
from localgov_ims.files.writing.parsing import layout_from
from localgov_ims.files.writing.reading_back import not_this, pence_of, place_of, plain, read_back
from localgov_ims.files.writing.whole import WholeFile
from localgov_ims.files.writing.words import Kind, Word, Words


@define
class PayablesRow:
    """A refund in a payables file."""

    number: int
    refund: RefundRequest
    side: str = ""

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"refund {self.refund.reference}"


PAYABLES_WORDS: Words = {
    "payables.number": Word(Kind.TEXT, attrgetter("number"), of_file=True),
    "payables.sequence": Word(Kind.COUNT, attrgetter("sequence"), of_file=True),
    "payables.created_on": Word(Kind.DAY, attrgetter("created_on"), of_file=True),
    "payables.count": Word(Kind.COUNT, attrgetter("count"), of_file=True),
    "payables.total": Word(Kind.AMOUNT, attrgetter("total.pence"), of_file=True),
    "refund.row": Word(Kind.COUNT, attrgetter("number")),
    "refund.reference": Word(Kind.TEXT, attrgetter("refund.reference")),
    "refund.amount": Word(Kind.AMOUNT, attrgetter("refund.total.pence")),
    "refund.payee": Word(Kind.TEXT, attrgetter("refund.payee.name")),
    "refund.sort_code": Word(Kind.TEXT, attrgetter("refund.payee.sort_code")),
    "refund.account": Word(Kind.TEXT, attrgetter("refund.payee.account")),
}
"""The sources that the layout of a payables file may name. Amounts are above nothing: each is paid out."""

_SIZES: Final = {"refund.reference": 12, "refund.sort_code": 6, "refund.account": 8}
"""What is read back of every row besides its amount, and how long it is."""


@frozen
class PayablesWriter:
    """Writes and reads back the files to the payables system.

    Raises:
        ConfigurationError: A file of this layout could not be proved from its bytes.
    """

    layout: Layout
    _file: WholeFile = field(init=False)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> PayablesWriter:
        """Make one of a layout's table."""
        return cls(layout_from(table, PAYABLES_WORDS))

    def __attrs_post_init__(self) -> None:
        """Compile the layout, and refuse one whose files would prove nothing."""
        layout = self.layout
        trailer = layout.trailer.fields if layout.trailer is not None else ()
        own = {each.from_[0]: each for each in layout.fields if len(each.from_) == 1 and each.map is None}
        said = {each.from_[0] for each in trailer if len(each.from_) == 1}
        missing = sorted({*_SIZES, "refund.amount"} - set(own)) + sorted(
            {"payables.count", "payables.total"} - said
        )
        if missing:
            message = (
                f"The layout {layout.name!r} of payables needs rows with {', '.join(_SIZES)} and refund.amount, and a [trailer] "
                f"with payables.count and payables.total, each in a field of its own; missing: {', '.join(missing)}."
            )
            raise ConfigurationError("bad_layout", message, layout=layout.name)
        # Found out here and not in a file: a message about what does not fit would show whose account it is.
        for source, length in _SIZES.items():
            size = own[source].size
            if size is not None and size < length:
                message = f"The layout {layout.name!r} of payables has {size} places for {source}; it needs {length}."
                raise ConfigurationError("bad_layout", message, layout=layout.name)
        object.__setattr__(self, "_file", WholeFile(layout, PAYABLES_WORDS))

    def write(self, file: PayablesFile, refunds: Sequence[RefundRequest]) -> tuple[bytes, list[Problem]]:
        """Return the file's bytes, and every reason why they should not be used."""
        return self._file.write(file, [PayablesRow(n, each) for n, each in enumerate(refunds, 1)])

    def prove(self, data: bytes, refunds: Sequence[RefundRequest]) -> None:
        """Read a file back from its bytes alone: it pays these refunds, to these accounts, and its trailer adds up.

        Raises:
            RuleViolation: It says anything else; the message has no bank details.
        """
        layout, read = self.layout, read_back(self.layout, data)
        assert layout.trailer is not None, "checked when this was made"  # noqa: S101
        fields = layout.fields
        at = {source: place_of(fields, source) for source in (*_SIZES, "refund.amount")}
        if len(read.rows) != len(refunds):
            raise not_this(layout, f"it has {len(read.rows)} rows for {len(refunds)} refunds")
        for row, each in zip(
            read.rows, [PayablesRow(n, each) for n, each in enumerate(refunds, 1)], strict=True
        ):
            for source in _SIZES:
                field_ = fields[at[source]]
                meant = str(PAYABLES_WORDS[source].get(each))
                if plain(layout, field_, row[at[source]]) != plain(layout, field_, meant):
                    raise not_this(layout, f"{field_.name} of {each.label} is another")
            n = at["refund.amount"]
            if pence_of(layout, fields[n], row[n]) != each.refund.total.pence:
                raise not_this(layout, f"{fields[n].name} of {each.label} is another")
        self._prove_trailer(read.trailer or (), refunds)

    def _prove_trailer(self, cells: Sequence[str], refunds: Sequence[RefundRequest]) -> None:
        layout = self.layout
        assert layout.trailer is not None, "checked when this was made"  # noqa: S101
        fields = layout.trailer.fields
        count, total = place_of(fields, "payables.count"), place_of(fields, "payables.total")
        said = plain(layout, fields[count], cells[count]).strip() or "0"
        pence = pence_of(layout, fields[total], cells[total])
        if (
            not said.isdecimal()
            or int(said) != len(refunds)
            or pence != sum(each.total.pence for each in refunds)
        ):
            raise not_this(layout, "its trailer says otherwise than its rows")
