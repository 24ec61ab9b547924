"""What every plugin that listens must hold: told twice it acts once, and what it cannot do it raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from attrs import evolve, frozen

from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.hooks import JournalExported
from localgov_ims.hooks.registry import registry_of

EXPORTED = JournalExported(
    id=UUID("0199d1c2-7a3e-7c55-9d1b-3f7a5b2c4d6e"), number="MAIN-20260514-001", ledger="MAIN",
    accounting_on=date(2026, 5, 14), period=PeriodNumber(2026, 2), name="MAIN-20260514-001.csv", sha256="0" * 64,
    totals=ControlTotals(rows=3, debit=Money(120_00), credit=Money(120_00), digest="0" * 64), copy=False,
    exported_at=datetime(2026, 5, 14, 17, 30, tzinfo=UTC),
)  # fmt: skip
"""An export that every listener can hear of."""


@frozen(kw_only=True)
class Listening:
    """A plugin that listens, what it has done so far, one entry for each act, and how whatever it acts on is broken."""

    plugin: object
    done: Callable[[], Sequence[object]]
    break_it: Callable[[], None]


class JournalListenerContract:
    """Tests of a plugin that hears `ims_journal_exported`. Subclass it as `Test...`, give `make`."""

    def make(self) -> Listening:
        """Return a new plugin that has heard nothing."""
        raise NotImplementedError

    def _telling(self, listening: Listening) -> Callable[[JournalExported], object]:
        return registry_of({"listener": (listening.plugin, None)}).journal_listeners()["listener"]

    def test_it_acts_on_each_export(self) -> None:
        """It is told by the hook's own name and argument."""
        listening = self.make()
        tell = self._telling(listening)
        tell(EXPORTED)
        tell(evolve(EXPORTED, id=UUID(int=2), number="MAIN-20260515-001", name="MAIN-20260515-001.csv"))
        assert len(listening.done()) == len({EXPORTED.id, UUID(int=2)})

    def test_told_twice_it_acts_once(self) -> None:
        """The same id is the same export, whatever became of it the first time."""
        listening = self.make()
        tell = self._telling(listening)
        tell(EXPORTED)
        before = list(listening.done())
        tell(EXPORTED)
        assert list(listening.done()) == before

    def test_what_it_cannot_do_it_raises_so_that_it_is_told_again(self) -> None:
        """A failure that is swallowed here would never be told again."""
        listening = self.make()
        listening.break_it()
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the plugin's own service raises
            self._telling(listening)(EXPORTED)
        assert list(listening.done()) == []
