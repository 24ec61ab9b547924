"""Items cleared, offset, undone, returned and taken back in any order and at once: suspense is what is left of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from tests.service import money_in as at
from tests.service.suspended import balance, library, rent, with_credit_notes

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.suspense import SuspenseCriteria, SuspenseState
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.proposing import waiting_proposals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.suspense.ageing import age_suspense
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_lists import RemittanceList, clear_by_list
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.suspense.creating import NewItem, create_item
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.suspense.returning import return_to_payer
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text

NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
REFUSED = (RuleViolation, InvalidValue)
PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")
PENCE = st.integers(-50_000, 150_000).filter(bool)
"""Money in and out; some above the limit for one person (£1,000)."""

SHARE = st.sampled_from([100, 100, 60, 33, 1, 120])
"""How many hundredths of what is left somebody reaches for."""


@cache
def _template() -> Path:
    """Make a council with two administrators, once; each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="suspense-"))
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = _opened(folder, create=True)
    at.employ(made, "second", "administrator")
    made.store.close()
    return folder


def _opened(folder: Path, *, create: bool = False) -> Installation:
    made = open_installation(folder / "council.toml", clock=lambda: NOON, by="tester", create=create)
    return evolve(made, council=with_credit_notes(at.a_council()))


class Suspense(RuleBasedStateMachine):
    """A desk that clears suspense; what is in the items is counted beside it."""

    items = Bundle("items")
    clearances = Bundle("clearances")
    refunds = Bundle("refunds")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="desk-"))
        shutil.copytree(_template(), self.folder, dirs_exist_ok=True)
        self.desk = _opened(self.folder)
        self.second = self.desk.acting("second")

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.store.close()
            shutil.rmtree(self.folder)

    @rule(target=items, pence=PENCE)
    def receive(self, pence: int) -> str:
        """Put money into suspense."""
        new = NewItem(key=new_id().hex, amount=Money(pence), mop="CA" if pence > 0 else "RV", reference="REF")
        return create_item(self.desk, new).lines[0].reference

    @rule(target=clearances, item=items, share=SHARE, notes=st.integers(0, 2))
    def clear(self, item: str, share: int, notes: int) -> object:
        """Clear (a part of) an item to two accounts, with credit notes."""
        part = self._part(item, share)
        note = Money(notes * 100) if part > Money(0) else Money(0)
        first, second = (part + note).split(2)
        targets = [rent(str(each), f"TEN{n}") for n, each in enumerate((first, second)) if each]
        credit = [library(str(note))] if note else []
        return self._cleared(
            lambda: clear_items(self.desk, [Giving(line=item, amount=part)], targets, credit_notes=credit)
        )

    @rule(target=clearances, one=items, two=items)
    def offset(self, one: str, two: str) -> object:
        """Let two items offset each other, as far as they do."""
        a, b = self._left(one), self._left(two)
        size = min(abs(a), abs(b))
        sides = [Giving(line=one, amount=size), Giving(line=two, amount=-size)]
        if a < Money(0):
            sides = [Giving(line=one, amount=-size), Giving(line=two, amount=size)]
        return self._cleared(lambda: clear_items(self.desk, sides))

    @rule(target=clearances, item=items, unplaced=st.integers(0, 500), name=st.sampled_from(["a", "b"]))
    def by_list(self, item: str, unplaced: int, name: str) -> object:
        """Clear an item by a list, of which something may stay."""
        left = self._left(item)
        placed = left - Money(unplaced)
        rows = (rent(str(placed)),) if placed.pence * left.pence > 0 else ()
        listed = RemittanceList(name=name, rows=rows, unplaced=left - placed)
        return self._cleared(lambda: clear_by_list(self.desk, [Giving(line=item)], listed).made)

    @rule(clearance=clearances)
    def undo(self, clearance: str) -> None:
        self._try(lambda: undo_clearance(self.second, clearance, reason="x"))

    @rule(clearance=clearances)
    def move_on(self, clearance: str) -> None:
        """Move a penny of what was cleared on, so that it cannot be undone any more."""
        found = next(each for each in at.every_transaction(self.desk) if each.reference == clearance)
        line = found.lines[-1].reference
        self._try(lambda: reallocate_line(self.desk, line, [rent("0.01", "ONWARD")]))

    @rule(target=refunds, item=items, share=SHARE)
    def give_back(self, item: str, share: int) -> object:
        """Ask for (a part of) an item to be returned to its payer."""
        giving = Giving(line=item, amount=self._part(item, share))
        try:
            return return_to_payer(self.desk, giving, payee=PAYEE, reason="x").reference
        except REFUSED:
            return multiple()

    @rule(refund=refunds, accept=st.booleans(), said=st.sampled_from(RefundSaid))
    def decide_refund(self, refund: str, accept: bool, said: RefundSaid) -> None:  # noqa: FBT001
        self._try(lambda: authorise_refund(self.second, refund, accept=accept))
        self._try(lambda: finish_refund(self.desk, at.refund_says(refund, said)))

    @rule(accept=st.booleans())
    def decide(self, accept: bool) -> None:  # noqa: FBT001
        """Let the second person decide the oldest proposal."""
        for proposal in waiting_proposals(self.second)[:1]:
            with suppress(*REFUSED):
                authorise(self.second, proposal.reference, accept=accept)

    @rule(item=items)
    def take_back(self, item: str) -> None:
        """Take the receipt of an item back."""
        self._try(lambda: reverse_transaction(self.desk, item.partition("_")[0], reason="x"))

    @rule(item=items, share=SHARE)
    def race(self, item: str, share: int) -> None:
        """Let four hands reach for one item at the same moment."""
        part = self._part(item, share)
        acts: list[Callable[[], object]] = [
            lambda: clear_items(self.desk, [Giving(line=item)], [rent(str(self._left(item)))]),
            lambda: clear_items(self.second, [Giving(line=item, amount=part)], [rent(str(part))]),
            lambda: return_to_payer(self.desk, Giving(line=item, amount=part), payee=PAYEE, reason="x"),
            lambda: reverse_transaction(self.second, item.partition("_")[0], reason="x"),
        ]
        with ThreadPoolExecutor(len(acts)) as pool:
            list(pool.map(self._try, acts))

    @rule()
    def journal(self) -> None:
        build_journals(self.desk, "MAIN")

    def _left(self, item: str) -> Money:
        every = list_suspense(self.desk, SuspenseCriteria(state=SuspenseState.ALL))
        return next(each.amount for each in every if each.reference == item)

    def _part(self, item: str, share: int) -> Money:
        left = self._left(item).pence
        size = max(1, abs(left) * share // 100)
        return Money(size if left >= 0 else -size)

    def _cleared(self, act: Callable[[], object]) -> object:
        try:
            made = act()
        except REFUSED:
            return multiple()
        return made.reference if isinstance(made, Transaction) else multiple()

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(*REFUSED):
            act()

    @invariant()
    def the_fund_is_what_stands_of_its_items_and_the_laws_hold(self) -> None:
        if not hasattr(self, "desk"):
            return
        ageing = age_suspense(self.desk)
        assert ageing.proved
        assert ageing.balance.pence == balance(self.desk)
        # What is left of an item is what stands of it, but for what is kept aside for somebody.
        stands = {item.reference: item.amount for item in ageing.items}
        for item in list_suspense(self.desk):
            assert abs(item.amount) <= abs(stands[item.reference])
        assert [law.broken for law in verify(self.desk) if not law.holds] == []


Suspense.TestCase.settings = settings(max_examples=8, stateful_step_count=16, deadline=None)
TestSuspense = Suspense.TestCase
