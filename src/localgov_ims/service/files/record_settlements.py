"""Recording settlements: whose payouts, each once, every line with the payment it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from attrs import define, field

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement, SettlementKind, SettlementLine
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.readers import Reader
from localgov_ims.reconciliation.recognisers import IncomeSource, SourceKind
from localgov_ims.service.files.recorders import NumberedRecorder, currency_faults, fault
from localgov_ims.storage import settlements as stored


@define(kw_only=True)
class _Current:
    """The settlement being recorded."""

    id: UUID
    opened: Opened
    number: str
    source: IncomeSource
    known: str | None
    content: Any = field(factory=hashlib.sha256)
    gross: Money = NOTHING
    fees: Money = NOTHING
    net: Money = NOTHING
    lines: int = 0


@define(kw_only=True)
class SettlementRecorder(NumberedRecorder):
    """Records settlements in a unit of work; see `recorders.Recorder`."""

    reader: Reader
    _current: _Current | None = None

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Find the source, and the settlement if it was here before."""
        self._current, self.policy = None, {}
        sources = [s for s in self.council.sources.values() if s.format == self.reader.name]
        if len(sources) > 1:  # several accounts at one provider: each file says whose it is
            sources = [source for source in sources if source.name == opened.account]
        if len(sources) != 1 or sources[0].kind is not SourceKind.SETTLEMENT:
            message = (
                f"The settings must have one source of kind settlement whose format is {self.reader.name}, or of several "
                f"one that is called {opened.account!r}; there are {len(sources)}."
            )
            yield fault("wrong-account", opened, "source", self.reader.name, message)
            return
        yield from currency_faults(opened)
        if opened.number is None:
            message = "A settlement needs its payout's number; this one has none."
            yield fault("missing-field", opened, "payout", "", message)
            return
        (source,) = sources
        self.policy = source.policy
        known = stored.content_by_reference(self.unit.connection, source.name, opened.number)
        self._current = _Current(
            id=new_id(),
            opened=opened,
            number=opened.number,
            source=source,
            known=known,
        )

    def rows(self, block: Sequence[SettlementLine]) -> Iterator[Issue]:
        """Record lines; the sums are proved at the end."""
        current = self._current
        if current is None:
            return
        # the payout itself proves the rest, and is no line of it
        block = [line for line in block if line.kind is not SettlementKind.PAYOUT]
        current.lines += len(block)
        for line in block:
            current.content.update(stored.content_of(line).encode())
            current.gross += line.amount
            current.fees += line.fee
            current.net += line.net
            yield from _vat_faults(line)
        if current.known is None:
            self.counts["lines"] += len(block)
            stored.add_lines(
                self.unit,
                (
                    RecordedSettlementLine(
                        id=new_id(), settlement=current.id, source=current.source.name, line=line
                    )
                    for line in block
                ),
            )

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Record the settlement, or find that it was here before."""
        current = self._current
        if current is None:
            return
        content = current.content.hexdigest()
        if current.known is not None:
            if current.known != content:
                message = f"Payout {current.number} was recorded before with other content. Ask {current.source.name} which one is right."
                yield fault("already-imported", current.opened, "payout", current.number, message)
            return
        if current.gross - current.fees != current.net:
            message = f"Gross {current.gross.shown()} less fees {current.fees.shown()} is not net {current.net.shown()}."
            yield fault("total-mismatch", current.opened, "net", str(current.net), message)
            return
        paid_on = closed.paid_on or current.opened.paid_on
        if paid_on is None:
            message = "A settlement needs the day on which it was paid out; this one does not say it."
            yield fault("missing-field", current.opened, "payout", current.number, message)
            return
        self.counts["settlements"] += 1
        stored.add(
            self.unit,
            Settlement(
                id=current.id, file=self.file, source=current.source.name, reference=current.number, gross=current.gross,
                fees=current.fees, net=current.net, paid_on=paid_on, lines=current.lines, content=content,
            ),
        )  # fmt: skip


def _vat_faults(line: SettlementLine) -> Iterator[Issue]:
    """Find VAT that cannot be inside its fee: it is no more than that, and on its side."""
    fee, vat = line.fee, line.fee_vat
    if vat is not None and not min(fee, NOTHING) <= vat <= max(fee, NOTHING):
        message = f"VAT of {vat.shown()} cannot be part of a fee of {fee.shown()}. Ask the provider for the file again."
        yield Issue(code="total-mismatch", place=line.place, field="fee_vat", value=str(vat), message=message)
