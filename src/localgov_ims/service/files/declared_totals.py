"""Totals that senders declare, in their files or beside them: proved where they are, and missed where they must be."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from localgov_ims.domain.import_types import ImportType
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.received_files import Declared
from localgov_ims.files.events import Closed, Totals
from localgov_ims.files.totals import differences


@frozen
class DeclaredTotals:
    """What is declared of a file: `beside` by its sender, and in the file itself, which its reader has proved."""

    beside: Declared
    closed: Closed

    @property
    def _said(self) -> Totals:
        amount = self.beside.amount
        return Totals(count=self.beside.rows, net=amount.pence if amount is not None else None)

    def faults(self, import_type: ImportType, count: int, pence: int) -> Iterator[Issue]:
        """Yield what differs from the *count* of the rows and their sum in *pence*, and what is not there but must be."""
        yield from differences(self._said, Totals(count=count, net=pence), self.closed.place)
        needed, inside = import_type.totals, self.closed.declared
        for wanted, name, what, given in (
            (needed.rows, "count", "how many rows it has", (self._said.count, inside.count)),
            (needed.amount, "net", "what its rows come to", (self._said.net, inside.net)),
        ):
            if wanted and all(value is None for value in given):
                message = (
                    f"Nothing says {what}, and files of type {import_type.code} must. Ask the sender for it."
                )
                yield Issue(code="control-missing", place=self.closed.place, field=name, message=message)

    def plain(self) -> dict[str, int]:
        """Return the number of rows and the pence declared, as far as they are; the sender's word comes first."""
        said, inside = self._said, self.closed.declared
        rows = said.count if said.count is not None else inside.count
        pence = said.net if said.net is not None else inside.net
        return {name: value for name, value in (("rows", rows), ("pence", pence)) if value is not None}
