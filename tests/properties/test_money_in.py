"""Payments, refunds, reallocations, transfers and reversals in any order and at the same moment: the laws hold."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from tests.service import money_in as at

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.transactions import Purpose, TransactionKind
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.proposing import waiting_proposals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments.asking import view_payment
from localgov_ims.service.payments.fees import record_fee
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import transactions

NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
REFUSED = (RuleViolation, InvalidValue, AlreadyDone)
PENCE = st.integers(1, 150_000)
"""Some above the limit for one person (£1,000), most below it."""

SHARE = st.sampled_from([100, 100, 50, 33, 120])
"""How many hundredths of a line somebody reaches for."""


@cache
def _template() -> Path:
    """Make a council with two administrators, once; each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="money-in-"))
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = _opened(folder, create=True)
    at.employ(made, "second", "administrator")
    made.store.close()
    return folder


def _opened(folder: Path, *, create: bool = False) -> Installation:
    made = open_installation(folder / "council.toml", clock=lambda: NOON, by="tester", create=create)
    return evolve(made, council=at.a_council())


class MoneyIn(RuleBasedStateMachine):
    """A desk at which everything happens in any order; what providers said is remembered beside it."""

    payments = Bundle("payments")
    refunds = Bundle("refunds")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="desk-"))
        shutil.copytree(_template(), self.folder, dirs_exist_ok=True)
        self.desk = _opened(self.folder)
        self.second = self.desk.acting("second")
        self.said: dict[str, dict[str, int]] = defaultdict(dict)
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.store.close()
            shutil.rmtree(self.folder)

    @rule(target=payments, amounts=st.lists(PENCE, min_size=1, max_size=3))
    def take(self, amounts: list[int]) -> Payment:
        """Ask for a payment of some lines."""
        items = [at.item("05", f"T{n}", str(Money(pence))) for n, pence in enumerate(amounts)]
        return at.pay(self.desk, *items)

    @rule(target=payments, amounts=st.lists(PENCE, min_size=1, max_size=2))
    def take_and_pay(self, amounts: list[int]) -> Payment:
        """Ask for a payment that is paid at once."""
        payment = self.take(amounts)
        self.observe(payment, Said.SUCCEEDED, 0, 1)
        return payment

    @rule(
        payment=payments,
        said=st.sampled_from(Said),
        short=st.sampled_from([0, 0, 0, 1]),
        which=st.integers(1, 2),
    )
    def observe(self, payment: Payment, said: Said, short: int, which: int) -> None:
        """Hear something of a payment: the first or a second time, right or short by a penny."""
        theirs, paid = f"{payment.reference}-{which}", payment.amount.pence - short
        heard = at.says(payment, said, str(Money(paid if said is Said.SUCCEEDED else 0)), theirs)
        finish_payment(self.desk, heard)
        if said is Said.SUCCEEDED and paid > 0:
            self.said[payment.reference].setdefault(theirs, paid)

    @rule(payment=payments, pence=st.integers(1, 500))
    def fee(self, payment: Payment, pence: int) -> None:
        """Hear of a surcharge."""
        self._try(lambda: record_fee(self.desk, payment.reference, Money(pence), card=at.COMMERCIAL))

    @rule(target=refunds, payment=payments, share=SHARE)
    def refund(self, payment: Payment, share: int) -> object:
        """Ask for a refund of the last line, or a part of it."""
        part = RefundOf(line=payment.lines[-1].reference, amount=self._share(payment, -1, share))
        try:
            return refund_payment(self.desk, [part], reason="asked").reference
        except (*REFUSED, NotFound):
            return multiple()

    @rule(reference=refunds, accept=st.booleans())
    def authorise_refund(self, reference: str, accept: bool) -> None:  # noqa: FBT001
        self._try(lambda: authorise_refund(self.second, reference, accept=accept))

    @rule(reference=refunds, said=st.sampled_from([*RefundSaid, RefundSaid.SUCCEEDED]))
    def observe_refund(self, reference: str, said: RefundSaid) -> None:
        finish_refund(self.desk, at.refund_says(reference, said))

    @rule(payment=payments, share=SHARE)
    def reallocate(self, payment: Payment, share: int) -> None:
        """Move the first line, or a part of it."""
        amount = str(self._share(payment, 0, share))
        self._try(
            lambda: reallocate_line(self.desk, payment.lines[0].reference, [at.item("05", "N", amount)])
        )

    @rule(pence=PENCE)
    def transfer(self, pence: int) -> None:
        amount = str(Money(pence))
        transfer_income(self.desk, [at.item("05", "A", amount)], [at.item("05", "B", amount)])

    @rule(accept=st.booleans())
    def decide(self, accept: bool) -> None:  # noqa: FBT001
        """Let the second person decide the oldest proposal."""
        for proposal in waiting_proposals(self.second)[:1]:
            authorise(self.second, proposal.reference, accept=accept)

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """Take any transaction back."""
        everything = at.every_transaction(self.desk)
        if everything:
            chosen = data.draw(st.sampled_from(sorted(each.reference for each in everything)))
            self._try(lambda: reverse_transaction(self.desk, chosen, reason="x"))

    @rule(payment=consumes(payments), pence=PENCE)
    def race(self, payment: Payment, pence: int) -> None:
        """Let four hands reach for one line, and the provider speak, at the same moment."""
        line, amount = f"{payment.reference}_1", Money(pence)
        heard = at.says(payment, theirs=f"{payment.reference}-1")
        self.said[payment.reference].setdefault(f"{payment.reference}-1", payment.amount.pence)
        acts: list[Callable[[], object]] = [
            lambda: finish_payment(self.desk, heard),
            lambda: finish_payment(self.second, heard),
            lambda: reallocate_line(self.desk, line, [at.item("05", "N", str(amount))]),
            lambda: refund_payment(self.desk, [RefundOf(line=line, amount=amount)], reason="raced"),
        ]
        with ThreadPoolExecutor(len(acts)) as pool:
            list(pool.map(self._try, acts))

    @rule()
    def journal(self) -> None:
        build_journals(self.desk, "MAIN")

    @staticmethod
    def _share(payment: Payment, line: int, share: int) -> Money:
        return Money(max(1, payment.lines[line].amount.pence * share // 100))

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(*REFUSED, NotFound):
            act()

    @invariant()
    def every_penny_said_to_be_paid_is_recorded_once(self) -> None:
        for reference, by_theirs in getattr(self, "said", {}).items():
            payment = view_payment(self.desk, reference)
            assert payment.state is PaymentState.SUCCEEDED
            made = [each for each in at.receipts(self.desk, payment) if each.purpose is not Purpose.FEE]
            assert {each.provider_reference: each.total.pence for each in made} == by_theirs
            assert sum(each.purpose is Purpose.MAIN for each in made) == 1

    @invariant()
    def transfers_sum_to_zero_and_the_laws_hold(self) -> None:
        if not hasattr(self, "desk"):
            return
        with self.desk.store.reading() as connection:
            moved = [each for each in transactions.some(connection) if each.kind is TransactionKind.TRANSFER]
        assert all(each.total == Money(0) for each in moved)
        assert [law.broken for law in verify(self.desk) if not law.holds] == []


MoneyIn.TestCase.settings = settings(max_examples=10, stateful_step_count=18, deadline=None)
TestMoneyIn = MoneyIn.TestCase
