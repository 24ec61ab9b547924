"""Writing off: a small item of clearing goes to an account for that, once, by whom it is allowed to, and comes back whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.posted import balances, posted
from tests.service import money_in as at
from tests.service.suspended import laws_hold

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import Role
from localgov_ims.domain.money import Money
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.domain.write_offs import WriteOffAccount
from localgov_ims.errors import AlreadyDone, ConfigurationError, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.proofs.clearing_proofs import prove_clearing
from localgov_ims.service.reconciliation.breaks import close_breaks, list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.writing_off import list_write_offs, write_off

ACCOUNT = WriteOffAccount(fund="LB", account_reference="WRITEOFF", tolerance=pounds("5.00"))


@pytest.fixture
def desk(desk: Installation) -> Installation:
    """Give a council that writes off up to 5.00, of which one person alone up to 1.00."""
    limits = TwoPersonLimits(write_off=pounds("1.00"))
    return evolve(desk, council=evolve(desk.council, write_off=ACCOUNT, two_person=limits))


def _item(desk: Installation, amount: str) -> Transaction:
    (made,) = at.receipts(desk, at.paid(desk, at.item(amount=amount)))
    return made


def _clearing(desk: Installation) -> tuple[int, int]:
    """Return what clearing comes to by its items, and by totals."""
    figure = prove_clearing(desk, as_at=local_day(desk.clock())).figure("clearing")
    assert figure.given is not None
    return figure.amount.pence, figure.given.pence


def test_a_small_item_leaves_clearing_by_a_receipt_of_the_opposite_amount(desk: Installation) -> None:
    item = _item(desk, "0.97")
    assert _clearing(desk) == (97, 97)
    made = write_off(desk, item.reference, reason="The provider kept it")
    assert isinstance(made, Transaction)
    assert [(str(each.amount), each.fund, each.mop, each.narrative) for each in made.lines] == [
        ("-0.97", "LB", item.lines[0].mop, "The provider kept it")
    ]
    assert _clearing(desk) == (0, 0)
    assert prove_clearing(desk, as_at=local_day(desk.clock())).figure("written_off").amount == pounds("-0.97")
    assert laws_hold(desk)


def test_it_is_posted_once_and_clearing_comes_to_nothing_in_the_ledger(desk: Installation) -> None:
    item = _item(desk, "0.97")
    before = balances(line for each in posted(desk) for line in each.lines)
    write_off(desk, str(item.id), reason="The provider kept it")
    (journal,) = posted(desk)
    assert [(line.kind, line.role) for line in journal.lines] == [
        ("Difference", Role.DIFFERENCE), ("Difference", Role.CLEARING),
    ]  # fmt: skip
    after = balances(journal.lines)
    clearing = desk.council.methods[item.lines[0].mop].clearing
    assert clearing is not None
    assert (before[clearing.code], after[clearing.code]) == ("0.97", "-0.97")
    assert posted(desk) == []
    assert laws_hold(desk)


def test_twice_is_once(desk: Installation) -> None:
    item = _item(desk, "0.97")
    write_off(desk, item.reference, reason="The provider kept it")
    with pytest.raises(NotFound, match="no item outstanding"):
        write_off(desk, item.reference, reason="Again")
    assert _clearing(desk) == (0, 0)


def test_more_than_the_tolerance_is_refused(desk: Installation) -> None:
    item = _item(desk, "5.01")
    with pytest.raises(RuleViolation, match=r"at most £?5\.00") as refused:
        write_off(desk, item.reference, reason="Too much")
    assert refused.value.code == "beyond_tolerance"
    assert _clearing(desk) == (501, 501)


def test_above_the_limit_somebody_else_records_it(desk: Installation) -> None:
    item = _item(desk, "1.01")
    asked = write_off(desk, item.reference, reason="The provider kept it")
    assert isinstance(asked, Proposal)
    assert _clearing(desk) == (101, 101)
    with pytest.raises(AlreadyDone, match="waits for another person"):
        write_off(desk, item.reference, reason="Again")
    with pytest.raises(RuleViolation, match="somebody else"):
        authorise(desk, asked.reference)
    authorise(at.second(desk), asked.reference)
    assert _clearing(desk) == (0, 0)
    assert laws_hold(desk)


def test_what_one_person_writes_off_in_a_day_is_added_up(desk: Installation) -> None:
    first, then = _item(desk, "0.60"), at.paid(desk, at.item(amount="0.60"), theirs="P2")
    assert isinstance(write_off(desk, first.reference, reason="Kept"), Transaction)
    (item,) = at.receipts(desk, then)
    assert isinstance(write_off(desk, item.reference, reason="Kept"), Proposal)


def test_taken_back_the_item_is_outstanding_again_and_may_be_written_off_anew(desk: Installation) -> None:
    item = _item(desk, "0.40")
    made = write_off(desk, item.reference, reason="Kept")
    reverse_transaction(desk, made.reference, reason="The money came")
    assert _clearing(desk) == (40, 40)
    assert laws_hold(desk)
    assert isinstance(write_off(desk, item.reference, reason="It did not"), Transaction)
    assert _clearing(desk) == (0, 0)
    today = local_day(desk.clock())
    found = list_write_offs(desk, first_on=today, last_on=today)
    assert sorted(each.undone for each in found) == [False, True]
    assert laws_hold(desk)


def test_where_the_item_goes_by_itself_the_write_off_stands_until_it_is_taken_back(
    desk: Installation,
) -> None:
    item = _item(desk, "0.40")
    made = write_off(desk, item.reference, reason="Kept")
    reverse_transaction(desk, item.reference, reason="Recorded by mistake")
    assert _clearing(desk) == (-40, -40)
    with pytest.raises(NotFound):
        write_off(desk, made.reference, reason="A write-off is taken back")
    reverse_transaction(desk, made.reference, reason="Its item is gone")
    assert _clearing(desk) == (0, 0)
    assert laws_hold(desk)


def test_as_at_a_day_before_it_was_written_off_the_item_is_there(desk: Installation) -> None:
    item, day = _item(desk, "0.40"), local_day(desk.clock())
    desk.clock.moment += timedelta(days=1)  # type: ignore[attr-defined]
    write_off(desk, item.reference, reason="Kept")
    assert prove_clearing(desk, as_at=day).figure("clearing").amount == Money(40)
    assert _clearing(desk) == (0, 0)


def test_both_tell_of_each_other(desk: Installation) -> None:
    item = _item(desk, "0.40")
    made = write_off(desk, item.reference, reason="Kept")
    assert any("written off by tester" in said for said in explain(desk, item.reference)[0].sentences)
    assert any("It writes off item" in said for said in explain(desk, made.reference)[0].sentences)


def test_it_needs_its_permission_a_reason_and_an_account(desk: Installation) -> None:
    item = _item(desk, "0.40")
    at.employ(desk, "stranger", "cashier")
    with pytest.raises(NotPermitted):
        write_off(desk.acting("stranger"), item.reference, reason="Kept")
    with pytest.raises(RuleViolation, match="Say why"):
        write_off(desk, item.reference, reason=" ")
    with pytest.raises(ConfigurationError, match=r"\[write_off\]"):
        write_off(evolve(desk, council=evolve(desk.council, write_off=None)), item.reference, reason="Kept")
    with pytest.raises(ConfigurationError, match="takes no income"):
        evolve(desk.council, write_off=evolve(ACCOUNT, fund=desk.council.suspense_fund.code))


def test_an_item_past_its_days_is_a_break_once_until_it_is_gone(desk: Installation) -> None:
    item = _item(desk, "0.40")
    assert reconcile(desk).breaks == []
    desk.clock.moment += timedelta(days=30)  # type: ignore[attr-defined]
    (late,) = reconcile(desk).breaks
    assert (late.kind, late.subject, late.since_on) == (BreakKind.PAST_ITS_DAYS, item.id, item.taken_on)
    assert "£0.40" in late.message
    assert [each.id for each in reconcile(desk).breaks] == [late.id]
    with pytest.raises(RuleViolation, match="write-offs add"):
        close_breaks(desk, [late.id], reason="Seen")
    write_off(desk, item.reference, reason="Kept")
    assert list_breaks(desk) == []
    assert laws_hold(desk)
