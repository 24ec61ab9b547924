"""Undoing the Match of a debit that took income back: it stands again, and matched again it goes back once more, once."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from attrs import evolve
from tests.conftest import MovableClock
from tests.service.direct_debits import collecting, debit, sent
from tests.service.files import PAYOUT_HEADER, camt, entry, payout
from tests.service.test_accounting_dates import by
from tests.service.test_direct_debits import (
    BACK,
    RETURNED,
    UNPAID,
    banked,
    debited,
    receipts,
    said,
    states,
    taken_back,
)
from tests.service.test_feeding import YEAR, Kept, feeding
from tests.service.test_matching import RETURNED as NAMES_RECEIPT
from tests.service.test_matching import _journalled, _matches, _with
from tests.service.test_posting_stories import dispute
from tests.service.test_reconciling import BY_BANK, CARD_1, _ends, _taking, _work

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.money import Money
from localgov_ims.domain.transacting import restoration
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.unpaids import UnpaidEvent, UnpaidState
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.matches import Match, MatchUndo
from localgov_ims.service.direct_debits.unpaids import list_unpaids, say_of_unpaids
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.feeding import feed_figures, send_feed
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.reconciliation.matching_debits import match_debit
from localgov_ims.service.reconciliation.matching_totals import match_total
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.undoing_matches import undo_match
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import arudd, ddic
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import transactions, unpaids
from localgov_ims.storage.outstanding import balance, outstanding

TOTAL = "UNPAID DD 123456"
WHOLE, TAKEN = {"5100": -2133000, "9001": 2133000}, {"5100": -2108500, "9001": 2108500}
WAITING = {"5100": -2133000, "9001": 2108500, "9950": 24500}
"""The income stands, and the debit awaits what explains it."""
JOURNALLED = pytest.mark.parametrize("journalled", [False, True])


def _returned(council: Installation) -> list[Match]:
    return [each for each in _matches(council) if each.role == "returned"]


def _holds(council: Installation) -> None:
    assert [(law.law, law.broken) for law in verify(council) if not law.holds] == []


def _undo(council: Installation, reason: str = "Another council's") -> Match:
    first = _returned(council)[0]
    undo_match(council, first.id, reason=reason)
    _holds(council)
    return first


def _again(council: Installation, line: Match) -> list[Match]:
    """Match a debit by hand with every unpaid that is open."""
    return match_debit(
        council, line.left, [str(each.recorded.id) for each in list_unpaids(council)], reason="It was ours"
    )


def _total_of(council: Installation, account: str) -> int:
    return sum(pence for _, of, pence in receipts(council) if of == account)


def _transactions(council: Installation) -> list[Transaction]:
    with council.store.reading() as connection:
        return list(transactions.some(connection))


@JOURNALLED
def test_one_debit_of_a_reports_total_is_undone_and_matched_again_twice(
    installation: Installation, *, journalled: bool
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID, day=RETURNED))
    debited(council, entry("-245.00", TOTAL))
    if journalled:
        assert _journalled(council) == TAKEN
    for _ in range(2):
        first = _undo(council)
        assert (states(council), _returned(council)) == (["advised"] * 3, [])
        assert _total_of(council, "771000001") == 14500
        reconcile(council)  # no rule pairs again what a person took apart
        assert (_ends(council)[TOTAL].kind, _ends(council)[TOTAL].what) == (
            DispositionKind.AWAITING,
            "direct-debits",
        )
        if journalled:
            assert _journalled(council) == WAITING
        assert len(_again(council, first)) == 3
        assert (states(council), _total_of(council, "771000001")) == (["debited"] * 3, 0)
        if journalled:
            assert _journalled(council) == TAKEN
    assert _journalled(council) == TAKEN
    assert taken_back(council) == sorted(BACK * 3)


@JOURNALLED
def test_an_unpaid_recorded_below_zero_is_undone_and_recorded_again_once(
    installation: Installation, *, journalled: bool
) -> None:
    council = collecting(installation)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL), number=1, opening="1000.00")
    if journalled:
        _journalled(council)
    line = _undo(council)
    assert _total_of(council, "771000001") == 0
    if journalled:
        assert _journalled(council) == {"9001": -14500, "9950": 14500}
    _again(council, line)
    assert _total_of(council, "771000001") == -14500
    with pytest.raises(AlreadyDone, match="matched already"):
        _again(council, line)
    assert _journalled(council) == {"5100": 14500, "9001": -14500}


def test_one_in_suspense_below_zero_leaves_suspense_and_comes_back_once(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, arudd([debit("NOBODY", "10.00")], day=RETURNED))
    debited(council, entry("-10.00", TOTAL), number=1, opening="1000.00")
    assert _journalled(council)["9900"] == 1000
    line = _undo(council)
    assert _journalled(council) == {"9001": -1000, "9950": 1000}
    _again(council, line)
    assert _journalled(council) == {"9001": -1000, "9900": 1000}


def test_what_was_moved_of_a_charge_is_undone_first(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, arudd([debit("NOBODY", "10.00")], day=RETURNED))
    debited(council, entry("-10.00", TOTAL), number=1, opening="1000.00")
    (charge,) = _transactions(council)
    cleared = clear_items(
        council,
        [Giving(line=charge.lines[0].reference, amount=Money(-400))],
        [BasketItem(fund="LB", account_reference="1", amount=Money(-400))],
    )
    first = _returned(council)[0]
    with pytest.raises(RuleViolation, match="Undo that first") as seen:
        undo_match(council, first.id, reason="Another council's")
    assert seen.value.code == "over_available"
    _holds(council)
    assert isinstance(cleared, Transaction)
    undo_clearance(council, cleared.reference, reason="First")
    _undo(council)
    assert states(council) == ["advised"]


def test_a_charge_that_somebody_took_back_by_hand_is_not_taken_back_twice(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL), number=1, opening="1000.00")
    (charge,) = _transactions(council)
    reverse_transaction(council, charge.reference, reason="Not owed")
    line = _undo(council)
    assert (states(council), _total_of(council, "771000001")) == (["advised"], 0)
    _again(council, line)
    assert _total_of(council, "771000001") == -14500
    _holds(council)


@JOURNALLED
def test_a_challenged_claim_is_challenged_again_once_its_debit_is_undone(
    installation: Installation, *, journalled: bool
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    (claim,) = list_unpaids(council)
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.CHALLENGED, reason="The payer signed")
    debited(council, entry("-145.00", TOTAL))
    if journalled:
        _journalled(council)
    line = _undo(council)
    assert states(council) == ["challenged"]
    _again(council, line)
    _undo(council)
    assert states(council) == ["challenged"]
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    with pytest.raises(RuleViolation, match="What is withdrawn cannot become debited"):
        match_debit(council, line.left, [str(claim.recorded.id)], reason="It was ours")
    assert _journalled(council)["5100"] == -2133000


def test_a_claim_that_was_withdrawn_after_its_debit_stays_withdrawn(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL))
    (claim,) = list_unpaids(council, every=True)
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    _undo(council)
    assert (states(council), list_unpaids(council)) == (["withdrawn"], [])
    assert _total_of(council, "771000001") == 14500


def test_restored_income_that_was_moved_meanwhile_is_charged_when_matched_again(
    installation: Installation,
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL))
    line = _undo(council)
    (restored,) = [
        part
        for each in _transactions(council)
        for part in each.lines
        if part.account_reference == "771000001" and each.kind.value == "receipt"
    ]
    target = BasketItem(fund="LB", account_reference="1", amount=Money(100))
    reallocate_line(council, restored.reference, [target])
    _again(council, line)
    assert ("receipt", "771000001", -14500) in receipts(council)
    assert _journalled(council)["9001"] == 2133000 - 14500


def test_an_unpaid_that_another_debit_brings_is_matched_with_that_by_a_rule(
    installation: Installation,
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", f"{TOTAL} 771000001"))
    first = _undo(council)
    debited(council, entry("-145.00", TOTAL), number=3, opening="22185.00")
    (match,) = _returned(council)
    assert (match.right, match.left != first.left) == (first.right, True)
    assert _journalled(council) == {"5100": -2118500, "9001": 2104000, "9950": 14500}


def _came_back(installation: Installation, name: str = BY_BANK) -> Installation:
    """Return a council with a receipt that the bank brought, and took back."""
    ours = _with(installation, NAMES_RECEIPT)
    record_takings(ours, [_taking(name, "45.00")])
    _work(ours, camt(entry("45.00", "A", end_to_end=name)))
    back = camt(
        entry("-45.00", f"RETURNED {name}"), day=date(2026, 5, 12), number=2, opening="1045.00", name="b.xml"
    )
    _work(ours, back)
    return ours


@JOURNALLED
def test_a_returned_credit_is_undone_and_matched_again_twice(
    installation: Installation, *, journalled: bool
) -> None:
    council = _came_back(installation)
    if journalled:
        assert _journalled(council) == {}
    for n in range(2):
        line = _undo(council, f"wrong {n}")
        assert sum(each.total.pence for each in _transactions(council)) == 4500
        reconcile(council)
        if journalled:
            assert _journalled(council) == {"5100": -4500, "9950": 4500}
        (match,) = match_debit(council, line.left, [BY_BANK], reason="It was")
        assert (match.generation, match.left_generation, match.amount) == (n + 1, n + 1, Money(-4500))
        with pytest.raises(AlreadyDone):
            match_debit(council, line.left, [BY_BANK], reason="It was")
        assert sum(each.total.pence for each in _transactions(council)) == 0
    assert _journalled(council) == {}


def test_a_returned_credit_that_was_moved_after_its_undoing_is_not_matched_again_until_that_is_undone(
    installation: Installation,
) -> None:
    council = _came_back(installation)
    line = _undo(council)
    reconcile(council)
    target = BasketItem(fund="23", account_reference="612345674", amount=Money(100))
    moved = reallocate_line(council, f"{BY_BANK}_1", [target])
    with pytest.raises(RuleViolation) as seen:
        match_debit(council, line.left, [BY_BANK], reason="It was")
    assert seen.value.code == "over_available"
    _holds(council)
    assert isinstance(moved, Transaction)
    reverse_transaction(council, moved.reference, reason="First")
    match_debit(council, line.left, [BY_BANK], reason="It was")
    _holds(council)


def test_two_who_undo_at_once_undo_it_once(installation: Installation) -> None:
    council = _came_back(installation)
    (match,) = _returned(council)

    def undo(n: int) -> str:
        try:
            undo_match(council, match.id, reason=f"hand {n}")
        except AlreadyDone:
            return "already"
        return "undone"

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(undo, range(2))) == ["already", "undone"]
    assert sum(each.total.pence for each in _transactions(council)) == 4500
    _holds(council)


def test_two_who_match_again_at_once_take_it_back_once(installation: Installation) -> None:
    council = _came_back(installation)
    line = _undo(council)

    def again(n: int) -> str:
        try:
            match_debit(council, line.left, [BY_BANK], reason=f"hand {n}")
        except AlreadyDone:
            return "already"
        return "matched"

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(again, range(2))) == ["already", "matched"]
    assert sum(each.total.pence for each in _transactions(council)) == 0
    _holds(council)


def _listed_is_counted(council: Installation) -> None:
    """See that on each day the items of clearing come to its totals."""
    with council.store.reading() as connection:
        for day in range(9, 18):
            as_at = date(2026, 5, day)
            listed = sum(each.pence for each in outstanding(connection, as_at))
            assert (as_at, listed) == (as_at, balance(connection, as_at).pence)


def test_the_items_of_every_day_come_to_the_totals_whenever_it_was_undone(
    installation: Installation, clock: MovableClock
) -> None:
    council = _came_back(collecting(installation))
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL), number=3, opening="1000.00")
    for _ in range(2):
        _listed_is_counted(council)
        lines = _returned(council)
        for match in lines:
            clock.moment += timedelta(days=1)
            undo_match(council, match.id, reason="Wrong")
            _listed_is_counted(council)
        for match in lines:
            clock.moment += timedelta(hours=12)
            named = BY_BANK if match.right_kind == "receipt" else str(match.right)
            match_debit(council, match.left, [named], reason="Right")
            _listed_is_counted(council)
    assert _journalled(council) == {"5100": 14500, "9001": -14500}


@pytest.mark.parametrize("dates", [AccountingDate.BOOKED, AccountingDate.SETTLED])
@JOURNALLED
def test_undone_twice_a_ledger_that_goes_by_the_bank_comes_to_the_same(
    installation: Installation, *, dates: AccountingDate, journalled: bool
) -> None:
    council = by(collecting(installation), dates)
    banked(council)
    sent(council, arudd(UNPAID, day=RETURNED))
    debited(council, entry("-245.00", TOTAL))
    for _ in range(2):
        if journalled:
            assert _journalled(council) == TAKEN
        first = _undo(council)
        if journalled:
            assert _journalled(council) == WAITING
        _again(council, first)
    assert _journalled(council) == TAKEN


@pytest.mark.parametrize("fed", [False, True])
def test_a_back_office_is_told_of_each_turn_once(installation: Installation, *, fed: bool) -> None:
    council = feeding(_came_back(installation), mops={"14": "BT"}, exclude=())
    if fed:
        send_feed(council, "ctax", Kept())
    line = _undo(council)
    send_feed(council, "ctax", Kept())
    assert feed_figures(council, "ctax", *YEAR).fed == Money(4500)
    match_debit(council, line.left, [BY_BANK], reason="It was")
    made = send_feed(council, "ctax", Kept())
    assert made.file is not None
    assert made.file.total == Money(-4500)
    figures = feed_figures(council, "ctax", *YEAR)
    assert (figures.fed, figures.proved) == (Money(0), True)
    _holds(council)


def _cards(installation: Installation) -> Installation:
    """Return a council whose disputed cards stand at 9960."""
    methods = installation.council.methods
    cards = evolve(methods["90"], disputed=LedgerAccount("9960"))
    return evolve(installation, council=evolve(installation.council, methods={**methods, "90": cards}))


def test_a_payout_that_held_a_dispute_back_is_undone_though_it_was_lost_since(
    installation: Installation,
) -> None:
    """Debited at opening: the sum stands as disputed, and the Reversal takes it from there."""
    council = _cards(installation)
    record_takings(council, [_taking(CARD_1, "24.00", mop="90", charge="ch_1")])
    rows = "\n".join([PAYOUT_HEADER, dispute("ch_1", "-24.00", "15.00", "po_2"), ""])
    held = Incoming(name="held.csv", stream=io.BytesIO(rows.encode()))
    text = "STRIPE PAYMENTS po_2"
    _work(
        council, payout(("ch_1", "24.00", "0.00")), held, camt(entry("24.00", "STRIPE PAYMENTS po_1"), entry("-39.00", text))
    )  # fmt: skip
    _journalled(council)
    reverse_transaction(council, CARD_1, reason="Dispute lost")
    lost = {"7250": 1500, "9001": -1500}
    assert _journalled(council) == lost
    line = _ends(council)[text].line
    for _ in range(2):
        (match,) = [each for each in _matches(council) if each.left == line]
        undo_match(council, match.id, reason="Another council's")
        assert _journalled(council) == {"9001": -1500, "9950": 3900, "9960": -2400}
        match_total(council, line, "po_2", reason="Ours")
        assert _journalled(council) == lost


@JOURNALLED
def test_a_chargeback_that_the_bank_debits_when_it_is_lost_is_undone_and_matched_again_once(
    installation: Installation, *, journalled: bool
) -> None:
    council = _with(installation, NAMES_RECEIPT)
    record_takings(council, [_taking(CARD_1, "24.00", mop="90", charge="ch_1")])
    text = "RETURNED ch_1"
    _work(council, payout(("ch_1", "24.00", "0.00")), camt(entry("24.00", "STRIPE PAYMENTS po_1")))
    _work(
        council, camt(entry("-24.00", text), day=date(2026, 5, 12), number=2, opening="1024.00", name="b.xml")
    )
    if journalled:
        assert _journalled(council) == {}
    line = _undo(council)
    reconcile(council)
    if journalled:
        assert _journalled(council) == {"5100": -2400, "9950": 2400}
    match_debit(council, line.left, [CARD_1], reason="It was lost after all")
    assert _journalled(council) == {}


def test_the_story_of_each_record_tells_what_was_undone(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", TOTAL))
    line = _undo(council, "the payer is another council's")
    (unpaid,) = list_unpaids(council)
    told = said(council, str(unpaid.recorded.id))
    assert "Debited on" in told
    assert "Advised on" in told
    assert "the match with its debit was undone: the payer is another council's" in told
    turns = [each for each in _transactions(council) if each.kind.value == "reversal"]
    back, restored = sorted(turns, key=lambda each: each.origin.n)
    (original,) = [each for each in _transactions(council) if str(each.id) == back.origin.id]
    assert "was taken back by" in said(council, original.reference)
    assert "was restored by" in said(council, original.reference)
    assert "After it that was restored by" in said(council, back.reference)
    assert "It restores the receipt" in said(council, restored.reference)
    assert restored.lines[0].narrative == "Match undone: the payer is another council's"
    assert "taken back by tester on" in said(council, str(line.left))


def test_what_a_debit_takes_back_is_named_exactly(installation: Installation) -> None:
    council = _came_back(installation)
    line = _undo(council)
    ends = _ends(council)
    with pytest.raises(InvalidValue, match="Name what the bank has taken back"):
        match_debit(council, line.left, [], reason="Because")
    with pytest.raises(InvalidValue, match="Say why"):
        match_debit(council, line.left, [BY_BANK], reason=" ")
    with pytest.raises(NotFound):
        match_debit(council, line.left, [str(line.left)], reason="Because")
    undo_match(council, _matches(council)[0].id, reason="Wrong")
    with pytest.raises(RuleViolation, match="only a debit takes income back"):
        match_debit(council, ends["A"].line, [BY_BANK], reason="Because")
    with pytest.raises(RuleViolation, match="no receipt whose money is at the bank"):
        match_debit(council, line.left, [BY_BANK], reason="Because")


def test_named_income_must_come_to_the_debit(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID, day=RETURNED))
    end = _work(council, camt(entry("-99.00", "WHO KNOWS"), day=RETURNED, number=2, opening="22330.00"))[
        "WHO KNOWS"
    ]
    with pytest.raises(RuleViolation, match=r"took £99\.00, but what is named comes to £245\.00"):
        match_debit(council, end.line, [str(each.recorded.id) for each in list_unpaids(council)], reason="B")


def test_a_debit_that_went_to_suspense_leaves_it_when_a_person_says_what_it_takes_back_once(
    installation: Installation,
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID[:2], day=RETURNED))
    text = "WHO KNOWS"
    end = _work(council, camt(entry("-205.00", text), day=RETURNED, number=2, opening="22330.00"))[text]
    assert end.kind is DispositionKind.SUSPENSE
    assert _journalled(council)["9900"] == 20500
    match_debit(council, end.line, [str(each.recorded.id) for each in list_unpaids(council)], reason="Ours")
    assert _journalled(council) == {"5100": -2112500, "9001": 2112500}
    _undo(council)
    reconcile(council)
    assert _journalled(council) == {"5100": -2133000, "9001": 2112500, "9900": 20500}


def _broken(council: Installation) -> list[str]:
    return [sentence for law in verify(council) for sentence in law.broken]


@pytest.mark.parametrize("unpaid", [False, True])
def test_a_match_undone_past_the_service_leaves_income_taken_back_and_breaks_a_law(
    installation: Installation, *, unpaid: bool
) -> None:
    council = collecting(installation) if unpaid else _came_back(installation)
    if unpaid:
        banked(council)
        sent(council, arudd(UNPAID[:1], day=RETURNED))
        debited(council, entry("-145.00", TOTAL))
    (match,) = _returned(council)
    with council.unit("cheat") as unit:
        undo = MatchUndo(id=new_id(), match=match.id, reason="no", by="nobody", at=unit.at)
        stored.add_undos(unit, [undo])
        if unpaid:
            event = UnpaidEvent(
                id=new_id(), unpaid=match.right, number=2, state=UnpaidState.ADVISED, at=unit.at, by="nobody", line=match.left,
            )  # fmt: skip
            unpaids.add_events(unit, [event])
        unit.commit()
    expected = "its income is still taken back" if unpaid else "was undone, and it is still taken back"
    assert any(expected in sentence for sentence in _broken(council))


def test_income_restored_out_of_turn_breaks_a_law(installation: Installation) -> None:
    council = _came_back(installation)
    back = next(each for each in _transactions(council) if each.kind.value == "reversal")
    made = restoration(
        back, recorded_at=council.clock(), recorded_by="nobody", taken_on=RETURNED, narrative="cheat"
    )
    late = evolve(made, lines=tuple(evolve(line, turn=4) for line in made.lines))
    with council.unit("cheat") as unit:
        transactions.add(unit, [late])
        unit.commit()
    assert any("it is turn 4 of a line, and there is none before it" in each for each in _broken(council))
