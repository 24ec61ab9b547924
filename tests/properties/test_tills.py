"""Tills opened, worked, counted and closed in any order: what is banked is what was taken, and the laws hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.service import till_desk as tills

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.tills import TillCount, TillEventKind, TillState, ZReport
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import ImsError, RuleViolation
from localgov_ims.service.cash_office.till_closing import close_till
from localgov_ims.service.cash_office.till_receipts import pay_out, void_receipt
from localgov_ims.service.cash_office.tills import count_till, open_till
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import deposits, transactions
from localgov_ims.storage import tills as stored

NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
PENCE = st.integers(1, 5_000)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tills-"))
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = open_installation(folder / "council.toml", clock=lambda: NOON, by="tester", create=True)
    tills.cashier(tills.house(made), "ann")
    made.store.close()
    return folder


class Tills(RuleBasedStateMachine):
    """One cashier at one till, and somebody who authorises; what is in the drawer is remembered beside it."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="till-"))
        shutil.copytree(_template(), self.folder, dirs_exist_ok=True)
        made = open_installation(self.folder / "council.toml", clock=lambda: NOON, by="tester")
        house = evolve(made, council=tills.a_council())
        self.ann, self.boss = house.acting("ann"), house.acting("second")
        self.state: TillState | None = None
        self.drawer, self.float_, self.cards = 0, 0, 0
        self.first_float = 0
        self.receipts: dict[str, int] = {}
        self.bags = 0

    def teardown(self) -> None:
        if hasattr(self, "ann"):
            self.ann.store.close()
            shutil.rmtree(self.folder)

    @precondition(lambda self: self.state in {None, TillState.CLOSED})
    @rule(pence=st.integers(0, 10_000))
    def open(self, pence: int) -> None:
        first = self.state is None
        session = open_till(self.ann, till="1", office="TH", float_=Money(pence) if first else None)
        assert session.float_.pence == (pence if first else self.float_)
        if first:
            self.first_float = pence
        self.float_ = self.drawer = session.float_.pence
        self.cards, self.receipts, self.state = 0, {}, TillState.OPEN

    @rule(pence=PENCE, how=st.sampled_from([tills.cash, tills.cheque, tills.card]))
    def take(self, pence: int, how: Callable[..., Transaction]) -> None:
        if self.state is not TillState.OPEN:
            with pytest.raises(RuleViolation, match="no till open"):
                how(self.ann, str(Money(pence)))
            return
        made = how(self.ann, str(Money(pence)))
        in_drawer = pence if how is tills.cash else 0
        self.drawer += in_drawer
        self.cards += pence if how is tills.card else 0
        self.receipts[made.reference] = in_drawer

    @rule(pence=PENCE)
    def pay(self, pence: int) -> None:
        with suppress(ImsError):
            made = pay_out(self.ann, amount=Money(pence), reason="stamps")
            assert self.state is TillState.OPEN
            self.drawer -= pence
            self.receipts[made.reference] = -pence

    @precondition(lambda self: any(self.receipts.values()))
    @rule(data=st.data(), boss=st.booleans())
    def void(self, data: st.DataObject, boss: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        reference = data.draw(st.sampled_from(sorted(name for name, cash in self.receipts.items() if cash)))
        with suppress(ImsError):
            void_receipt(self.boss if boss else self.ann, reference, reason="mistake")
            if self.state is not TillState.CLOSED:
                self.drawer -= self.receipts[reference]

    @precondition(lambda self: self.state is TillState.OPEN)
    @rule(off=st.sampled_from([0, 0, 0, -50, 30, 500]))
    def count(self, off: int) -> None:
        there = max(self.drawer + off, 0)
        z = ZReport(
            terminal="T1", number=f"{self.bags}", day=date(2026, 5, 13), total=Money(max(self.cards + off, 0))
        )
        seen = count_till(
            self.ann, TillCount(cash=Counted.of(counts={Denomination.ONE_PENNY: there}), card=z)
        )
        assert seen.expected is not None
        assert seen.expected.cash.pence == self.drawer
        self.counted, self.state = there, TillState.COUNTED

    @precondition(lambda self: self.state is TillState.COUNTED)
    @rule(left=st.integers(0, 6_000), boss=st.booleans(), bag=st.booleans())
    def close(self, left: int, boss: bool, bag: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        self.bags += 1
        with suppress(ImsError):
            close_till(
                self.boss if boss else self.ann, session="TH/1", next_float=Money(left), reason="miscounted",
                bag_number=f"B{self.bags}" if bag else None,
            )  # fmt: skip
            self.float_, self.state = left, TillState.CLOSED

    @invariant()
    def every_deposit_is_what_its_transactions_come_to(self) -> None:
        if not hasattr(self, "ann"):
            return
        with self.ann.store.reading() as connection:
            sums = {each.id: each.total for each in transactions.some(connection)}
            for deposit in deposits.some(connection):
                assert deposit.total == Money.total(sums[each] for each in deposit.transactions)

    @invariant()
    def what_is_banked_and_left_is_what_was_taken(self) -> None:
        """First float + everything recorded at closed sessions = everything banked + what is left."""
        if not hasattr(self, "ann") or self.state is not TillState.CLOSED:
            return
        with self.ann.store.reading() as connection:
            banked = Money.total(
                each.total for each in deposits.some(connection) if each.kind.value == "cash"
            )
            in_and_out = NOTHING
            for session in stored.some(connection):
                count = session.count
                assert count is not None
                in_and_out += count.cash.total - session.float_
                assert session.events[0].kind is TillEventKind.OPENED
        assert banked.pence == self.first_float + in_and_out.pence - self.float_

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "ann") and self.state in {TillState.COUNTED, TillState.CLOSED}:
            assert [law.broken for law in verify(self.ann.acting("tester")) if not law.holds] == []


TestTills = Tills.TestCase
TestTills.settings = settings(max_examples=10, stateful_step_count=14, deadline=None)
