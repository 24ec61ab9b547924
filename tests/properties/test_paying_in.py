"""EReturns in any order, by anybody, right and wrong: the laws hold, and what is recorded is what was counted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from tests.service import money_in
from tests.service import paying_in as at

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import CardScheme, CardTakings, Contents, EReturnCheque, EReturnLine
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.errors import InvalidValue, NotPermitted, RuleViolation
from localgov_ims.service.cash_office.depositing import list_deposits
from localgov_ims.service.cash_office.ereturn_approving import approve_ereturns
from localgov_ims.service.cash_office.ereturn_viewing import whole_ereturn
from localgov_ims.service.cash_office.ereturns import (
    correct_ereturn,
    delete_ereturn,
    save_ereturn,
    send_back_ereturn,
    start_ereturn,
    submit_ereturn,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import transactions

NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
REFUSED = (RuleViolation, InvalidValue, NotPermitted)
PEOPLE = ("tester", "second", "clerk", "boss")
KINDS = st.sampled_from(DepositKind)
WHO = st.sampled_from(PEOPLE)


@cache
def _template() -> Path:
    """Make a council with its people, once; each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="paying-in-"))
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = _opened(folder, create=True)
    for name, role in zip(PEOPLE[1:], ("administrator", "ereturns", "ereturn-authoriser"), strict=True):
        money_in.employ(made, name, role)
    made.store.close()
    return folder


def _opened(folder: Path, *, create: bool = False) -> Installation:
    made = open_installation(folder / "council.toml", clock=lambda: NOON, by="tester", create=create)
    return evolve(made, council=at.a_council())


@st.composite
def said(draw: st.DrawFn) -> Callable[[DepositKind], Contents]:
    """Draw what a return says: whole, or off by a penny, or without its bag or reason; of whichever kind it is."""
    counts = draw(st.dictionaries(st.sampled_from(list(Denomination)), st.integers(0, 9), max_size=3))
    counted = Counted.of(counts=counts)
    over = draw(st.sampled_from([0, 0, 0, 1, -700]))
    off = draw(st.sampled_from([0, 0, 0, 0, 1]))
    first = draw(st.integers(0, 100))
    bag = draw(st.sampled_from([None, *map("BAG{}".format, range(6))]))
    reason = draw(st.sampled_from(["why", "why", None]))
    override = draw(st.sampled_from([None, "N0"]))
    nil = draw(st.sampled_from([False] * 9 + [True]))
    report = draw(st.integers(1, 4))

    def make(kind: DepositKind) -> Contents:
        total = counted.total
        whole = total - Money(over + off)
        part = Money(whole.pence * first // 100)
        lines = (
            EReturnLine(row=1, amount=part),
            EReturnLine(row=2, amount=whole - part, account_reference="123456", vat_code=override),
        )
        visa = CardScheme(name="Visa", sales=total + Money(500), refunds=Money(500))
        z = CardTakings(
            merchant="M",
            terminal="T",
            z_report=str(report),
            z_on=date(2026, 5, 13),
            z_total=total,
            schemes=(visa,),
        )
        usual = Contents(lines=lines, over_short=Money(over), over_short_reason=reason, nil=nil, slip="1")
        if kind is DepositKind.CASH:
            return evolve(usual, cash=counted, bag_number=bag)
        if kind is DepositKind.CHEQUE:
            return evolve(usual, cheques=(EReturnCheque(item=1, amount=total, drawer="D"),) if total else ())
        return evolve(usual, card=z)

    return make


class PayingIn(RuleBasedStateMachine):
    """Offices and those who approve, in any order; who did what is remembered beside them."""

    returns = Bundle("returns")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="office-"))
        shutil.copytree(_template(), self.folder, dirs_exist_ok=True)
        self.house = _opened(self.folder)
        self.state: dict[str, str] = {}
        self.hands: dict[str, set[str]] = {}
        self.kind: dict[str, DepositKind] = {}
        self.contents: dict[str, Contents] = {}
        self.reversed: set[str] = set()
        self.changed = True

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.store.close()
            shutil.rmtree(self.folder)

    @rule(target=returns, kind=KINDS, who=st.sampled_from(["tester", "clerk", "clerk"]))
    def start(self, kind: DepositKind, who: str) -> str:
        made = start_ereturn(self.house.acting(who), "library", kind)
        self.state[made.number], self.hands[made.number], self.kind[made.number] = "new", {who}, kind
        self.contents[made.number] = Contents()
        return made.number

    @rule(number=returns, who=WHO, make=said())
    def save(self, number: str, who: str, make: Callable[[DepositKind], Contents]) -> None:
        contents = make(self.kind[number])
        if self._try(lambda: save_ereturn(self.house.acting(who), number, contents)):
            assert self.state[number] in {"new", "in_progress"}
            assert who != "boss"
            self._entered(number, who, "in_progress", contents)

    @rule(target=returns, kind=KINDS, who=st.sampled_from(["tester", "clerk"]), make=said())
    def hand_in(self, kind: DepositKind, who: str, make: Callable[[DepositKind], Contents]) -> str:
        """Start a return that may well be whole, and submit it."""
        number = self.start(kind, who)
        contents = make(kind)
        if self._try(lambda: submit_ereturn(self.house.acting(who), number, contents)):
            self._entered(number, who, "submitted", contents)
        return number

    @rule(number=returns, who=WHO)
    def submit(self, number: str, who: str) -> None:
        if self._try(lambda: submit_ereturn(self.house.acting(who), number)):
            assert self.state[number] == "in_progress"
            self._entered(number, who, "submitted", self.contents[number])

    @rule(number=returns, who=WHO, make=said())
    def correct(self, number: str, who: str, make: Callable[[DepositKind], Contents]) -> None:
        contents = make(self.kind[number])
        if self._try(lambda: correct_ereturn(self.house.acting(who), number, contents)):
            assert self.state[number] == "submitted"
            assert who != "clerk"
            self._entered(number, who, "submitted", contents)

    @rule(number=returns, who=WHO)
    def send_back(self, number: str, who: str) -> None:
        if self._try(lambda: send_back_ereturn(self.house.acting(who), number, note="again")):
            assert self.state[number] == "submitted"
            self.state[number] = "in_progress"

    @rule(numbers=st.lists(returns, min_size=1, max_size=3), who=WHO)
    def approve(self, numbers: list[str], who: str) -> None:
        if self._try(lambda: approve_ereturns(self.house.acting(who), numbers)):
            for number in set(numbers):
                assert self.state[number] == "submitted"
                assert who not in self.hands[number]
                self.state[number] = "approved"

    @rule(number=returns, who=WHO)
    def delete(self, number: str, who: str) -> None:
        if self._try(lambda: delete_ereturn(self.house.acting(who), number)):
            assert self.state[number] in {"new", "in_progress", "submitted"}
            self.state[number] = "deleted" if self.state[number] == "submitted" else "voided"

    @rule(number=returns)
    def reverse(self, number: str) -> None:
        receipt = whole_ereturn(self.house, number).receipt
        if receipt is not None and self._try(
            lambda: reverse_transaction(self.house, receipt.reference, reason="wrong")
        ):
            self.reversed.add(number)

    @invariant()
    def what_is_recorded_is_what_was_counted_and_the_laws_hold(self) -> None:
        if not hasattr(self, "house") or not self.changed:
            return
        self.changed = False
        with self.house.store.reading() as connection:
            every = list(transactions.some(connection))
        receipts = [each for each in every if each.kind is TransactionKind.RECEIPT]
        paid_in = {
            number: self.contents[number]
            for number, state in self.state.items()
            if state == "approved" and not self.contents[number].nil
        }
        assert {each.caller_reference: each.total for each in receipts} == {
            number: contents.analysed(self.kind[number]) for number, contents in paid_in.items()
        }
        standing = [
            contents.total.pence for number, contents in paid_in.items() if number not in self.reversed
        ]
        assert sum(each.total.pence for each in every) == sum(standing)
        assert sum(view.deposit.total.pence for view in list_deposits(self.house)) == sum(standing)
        for number, state in self.state.items():
            assert whole_ereturn(self.house, number).ereturn.state.value == state
        assert [sentence for law in verify(self.house) for sentence in law.broken] == []

    def _entered(self, number: str, who: str, state: str, contents: Contents) -> None:
        self.state[number], self.contents[number] = state, contents
        self.hands[number].add(who)

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except REFUSED:
            return False
        self.changed = True
        return True


TestPayingIn = PayingIn.TestCase
TestPayingIn.settings = settings(max_examples=10, stateful_step_count=18, deadline=None)
