"""Undoing the Match of a payout or an income file: both sides are free, the books go back, and matched again they are the same."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from tests.service.direct_debits import collecting
from tests.service.files import camt, entry, payout
from tests.service.incomes import a_file, row, taking
from tests.service.money_in import employ
from tests.service.test_direct_debits import COLLECTED, CREDIT, submitted
from tests.service.test_matching import _journalled, _matches
from tests.service.test_reconciling import CARD_1, CARD_2, COUNCIL_TAX, _balances, _ends, _taking, _work

from localgov_ims.domain.money import Money
from localgov_ims.errors import AlreadyDone, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.reconciliation.deciding_matches import match_line
from localgov_ims.service.reconciliation.matching_totals import match_total
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.undoing_matches import undo_match
from localgov_ims.service.verifying import verify

PAYOUT = "STRIPE PAYMENTS po_1"
JOURNALLED = pytest.mark.parametrize("journalled", [False, True])


def _banked(installation: Installation) -> Match:
    (match,) = [each for each in _matches(installation) if each.role == "banked"]
    return match


def _holds(installation: Installation) -> None:
    assert [(law.law, law.broken) for law in verify(installation) if not law.holds] == []


@JOURNALLED
@pytest.mark.parametrize("waited", [False, True])
def test_an_undone_payout_goes_back_and_matched_again_comes_to_the_same(
    installation: Installation, *, journalled: bool, waited: bool
) -> None:
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    if waited:
        _work(installation, camt(entry("118.12", PAYOUT)))
        _journalled(installation)
    _work(
        installation, payout(("ch_1", "120.00", "1.88")), *([] if waited else [camt(entry("118.12", PAYOUT))])
    )
    whole = {"5100": -12000, "7250": 188, "9001": 11812}
    if journalled:
        assert _journalled(installation) == whole
    first = _banked(installation)
    undo_match(installation, first.id, reason="Another council's payout of the same number")
    assert _journalled(installation) == {"5100": -12000, "9001": 11812, "9101": 12000, "9950": -11812}
    reconcile(installation)  # no rule pairs again what a person took apart
    assert (_ends(installation)[PAYOUT].kind, _ends(installation)[PAYOUT].what) == (
        DispositionKind.AWAITING,
        "stripe",
    )
    second = match_total(installation, first.left, "po_1", reason="It was ours after all")
    assert (second.generation, second.left_generation) == (1, 1)
    assert _journalled(installation) == whole
    undo_match(installation, second.id, reason="No, it was not")
    assert _journalled(installation)["9101"] == 12000
    match_total(installation, first.left, "po_1", reason="It was")
    assert _journalled(installation) == whole
    (story,) = explain(installation, "po_1")
    assert "Its credit has not been found" not in " ".join(story.sentences)


@JOURNALLED
def test_a_payment_found_late_goes_back_with_its_payout_and_comes_with_it_again(
    installation: Installation, *, journalled: bool
) -> None:
    """Journalled as nobody's, then moved to its own method; undone, both are taken back."""
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    files = payout(("ch_1", "120.00", "1.88"), ("ch_2", "45.00", "0.83")), camt(entry("162.29", PAYOUT))
    _work(installation, *files)
    _journalled(installation)
    record_takings(installation, [_taking(CARD_2, "45.00", mop="91", charge="ch_2")])
    reconcile(installation)
    if journalled:
        _journalled(installation)
    match = _banked(installation)
    undo_match(installation, match.id, reason="Wrong")
    undone = _journalled(installation)
    match_total(installation, match.left, "po_1", reason="Right")
    done = _journalled(installation)
    assert (undone["9001"], undone["9950"], undone["5100"]) == (16229, -16229, -16500)
    assert done == {"5100": -16500, "7250": 271, "9001": 16229}
    undo_match(installation, _banked(installation).id, reason="Wrong again")
    assert _journalled(installation) == undone


@JOURNALLED
def test_an_undone_income_file_keeps_its_rows_and_can_be_matched_again_or_taken_back(
    installation: Installation, *, journalled: bool
) -> None:
    council = taking(installation, source="allpay")
    text = "ALLPAY LTD 1234567"
    file = import_file(council, a_file([row("20.00", "771"), row("5.00", "772", mop="24")])).file
    _work(council, camt(entry("25.00", text), day=date(2026, 5, 12)))
    if journalled:
        _journalled(council)
    match = _banked(council)
    undo_match(council, match.id, reason="It is the other agent's")
    assert _journalled(council) == {"5100": -2500, "9001": 2500, "9102": 2000, "9105": 500, "9950": -2500}
    with pytest.raises(AlreadyDone):
        undo_match(council, match.id, reason="Again")
    again = match_total(council, match.left, str(file), reason="It is this one's")
    assert _journalled(council) == {"5100": -2500, "9001": 2500}
    undo_match(council, again.id, reason="No")
    employ(council, "second", "administrator")
    reverse_file(evolve(council, actor="second"), str(file), reason="It was sent by mistake")
    assert _journalled(council) == {"9001": 2500, "9950": -2500}


def test_a_collection_that_was_recorded_with_its_match_is_not_recorded_twice(
    installation: Installation,
) -> None:
    council = collecting(installation)
    file = submitted(council)
    import_file(council, camt(entry("21460.00", CREDIT), day=COLLECTED))
    reconcile(council)
    match = _banked(council)
    undo_match(council, match.id, reason="Another submission's")
    _holds(council)
    match_total(council, match.left, str(file.file), reason="This one's")
    assert _journalled(council)["9001"] == 2146000


def test_income_that_was_taken_back_for_a_total_waits_in_clearing_when_that_is_undone(
    installation: Installation,
) -> None:
    unknowing = evolve(installation, council=evolve(installation.council, recognisers=()))
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    end = _work(unknowing, camt(entry("118.12", PAYOUT)), payout(("ch_1", "120.00", "1.88")))[PAYOUT]
    assert end.kind is DispositionKind.SUSPENSE
    _journalled(unknowing)
    match = match_total(unknowing, end.line, "po_1", reason="The payout's number is in its text")
    assert _journalled(unknowing) == {"5100": -12000, "7250": 188, "9001": 11812}
    undo_match(unknowing, match.id, reason="Wrong")
    assert _journalled(unknowing)["9001"] == 11812
    reconcile(unknowing)
    assert _journalled(unknowing)["9900"] == -11812


def test_a_receipts_match_is_undone_after_its_line_was_income_too(installation: Installation) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "45.00")])
    end = _work(installation, camt(entry("45.00", "NO IDEA")))["NO IDEA"]
    _journalled(installation)
    (match,) = match_line(installation, end.line, ["BBBBBBBBBBB9"], reason="He rang")
    _journalled(installation)
    undo_match(installation, match.id, reason="He did not")
    assert _journalled(installation)["9001"] == 4500
    reconcile(installation)
    assert _journalled(installation)["9900"] == -4500


def test_what_is_no_open_total_or_comes_to_another_sum_is_refused(installation: Installation) -> None:
    record_takings(installation, [_taking(CARD_1, "120.00", mop="90", charge="ch_1")])
    ends = _work(
        installation, payout(("ch_1", "120.00", "1.88")), camt(entry("118.12", PAYOUT), entry("118.11", "STRIPE"), entry("1.00", COUNCIL_TAX))
    )  # fmt: skip
    with pytest.raises(AlreadyDone, match="matched already"):
        match_total(installation, ends[PAYOUT].line, "po_1", reason="Because")
    with pytest.raises(NotFound, match="waits for its credit"):
        match_total(installation, ends["STRIPE"].line, "po_1", reason="Because")
    undo_match(installation, _banked(installation).id, reason="Wrong")
    with pytest.raises(RuleViolation, match=r"£118\.11, but the payout po_1 comes to £118\.12"):
        match_total(installation, ends["STRIPE"].line, "po_1", reason="Because")
    assert _balances(installation) == {}
    assert Money(0) == Money(
        sum(each.amount.pence for each in _matches(installation) if each.role == "banked")
    )
