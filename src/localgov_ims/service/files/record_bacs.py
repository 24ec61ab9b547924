"""Recording Bacs reports: whose they are, each once, every item with what it will or does not move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from attrs import asdict, define, field

from localgov_ims.domain.advices import Advice
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.domain.unpaids import RecordedUnpaid, Unpaid
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.identifiers import repeated
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.claimed_refunds import claimed_refunds
from localgov_ims.service.files.recorders import NumberedRecorder, currency_faults, fault
from localgov_ims.storage import advices as stored_advices
from localgov_ims.storage import bacs_reports as stored
from localgov_ims.storage import unpaids as stored_unpaids
from localgov_ims.storage.reconciliation import add_new_breaks


@define(kw_only=True)
class _Current:
    """The report being recorded."""

    id: UUID
    opened: Opened
    user: ServiceUser
    key: str
    reported_on: date
    known: str | None
    content: Any = field(factory=hashlib.sha256)
    items: int = 0
    pence: int = 0


@define(kw_only=True)
class BacsRecorder(NumberedRecorder):
    """Records reports of unpaids or of advices in a unit of work; see `recorders.Recorder`.

    A report is the same one under its service user number, type, number and day, however its file is called.
    """

    _current: _Current | None = None

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Find whose report it is, and whether it was here before."""
        self._current, self.policy = None, {}
        yield from currency_faults(opened)
        yield from service_user_faults(self.council, opened)
        user = self.council.service_users.get(opened.service_user or "")
        if user is None or opened.key is None or opened.paid_on is None:
            return
        self.policy = user.policy
        known = stored.content_by_key(self.unit.connection, user.number, opened.key)
        self._current = _Current(
            id=new_id(), opened=opened, user=user, key=opened.key, reported_on=opened.paid_on, known=known
        )

    def rows(self, block: Sequence[Unpaid | Advice]) -> Iterator[Issue]:
        """Record items; what they come to is proved at the end."""
        current = self._current
        if current is None or not block:
            return
        for row in block:
            said = {name: value for name, value in asdict(row).items() if name != "place"}
            current.content.update(repr(said).encode())
            current.items += 1
            current.pence += row.amount.pence if isinstance(row, Unpaid) else 0
        if current.known is not None:
            return
        unpaids = [row for row in block if isinstance(row, Unpaid)]
        seen = self._claimed(current.user, unpaids)
        for row in unpaids:
            if row.identifier in seen:
                yield repeated(row.identifier, row.place, "a claim recorded before")
        if not seen:
            self._announce([self._recorded(current, row) for row in unpaids])
            advices = [(new_id(), row) for row in block if isinstance(row, Advice)]
            stored_advices.add(self.unit, current.id, advices)

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Record the report, or find that it was here before; its totals are its reader's to prove."""
        del closed
        current = self._current
        if current is None:
            return
        content = current.content.hexdigest()
        if current.known is not None:
            if current.known != content:
                message = (
                    f"This report ({current.key}) was recorded before with other content. Ask Bacs or your bureau which one "
                    "is right."
                )
                yield fault("already-imported", current.opened, "report", current.key, message)
            return
        self.counts["reports"] += 1
        self.counts["items"] += current.items
        stored.add(self.unit, stored.BacsReport(
            id=current.id, file=self.file, service_user=current.user.number, key=current.key,
            kind=current.opened.message, number=current.opened.number or "", reported_on=current.reported_on,
            items=current.items, total=Money(current.pence), content=content,
        ))  # fmt: skip

    def _claimed(self, user: ServiceUser, unpaids: Sequence[Unpaid]) -> set[str]:
        named = [row.identifier for row in unpaids if row.identifier is not None]
        return stored_unpaids.identifiers_seen(self.unit.connection, user.number, named) if named else set()

    def _announce(self, recorded: Sequence[RecordedUnpaid]) -> None:
        if recorded:
            self.unit.lock()  # nobody asks for a refund between what is looked for and what is recorded
            stored_unpaids.add(self.unit, recorded)
            add_new_breaks(self.unit, claimed_refunds(self.unit, self.council, recorded))

    def _recorded(self, current: _Current, row: Unpaid) -> RecordedUnpaid:
        return RecordedUnpaid(
            id=new_id(), report=current.id, source=current.user.source, service_user=current.user.number,
            advice=current.opened.number or "", due_on=current.reported_on, unpaid=row,
        )  # fmt: skip


def service_user_faults(council: Council, opened: Opened) -> Iterator[Issue]:
    """Yield an Issue if a file is of a service user number that is none of the council's."""
    number = opened.service_user
    if number is None or number in council.service_users:
        return
    known = ", ".join(council.service_users) or "none"
    message = (
        f"Service user number {number} is none of the council's ({known}). If it is, add [service_users.{number}] with its "
        "owner to the settings."
    )
    yield fault("wrong-account", opened, "service_user", number, message)
