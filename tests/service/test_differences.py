"""A line that brings a little more or less than its receipts: the difference is written off with the match, and back with it."""

from __future__ import annotations

from uuid import UUID

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.service import money_in as at
from tests.service.files import camt, entry
from tests.service.test_deciding_matches import line_of, whole
from tests.service.test_matching import _blind, _by_card, _journalled, _matches
from tests.service.test_reconciling import BY_BANK, CARD_2, _ends, _taking, _work

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.domain.write_offs import WriteOffAccount
from localgov_ims.errors import AlreadyDone, NotPermitted, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.proofs.clearing_proofs import prove_clearing
from localgov_ims.service.reconciliation.deciding_matches import accept, match_line
from localgov_ims.service.reconciliation.differences import accept_with_difference, match_with_difference
from localgov_ims.service.reconciliation.suggested_matches import list_suggestions
from localgov_ims.service.reconciliation.undoing_matches import undo_match
from localgov_ims.service.reconciliation.writing_off import list_write_offs

ACCOUNT = WriteOffAccount(fund="CD", account_reference=None, tolerance=pounds("5.00"))


@pytest.fixture
def council(installation: Installation) -> Installation:
    """Give a council that writes off up to 5.00, one person alone up to 1.00, with a line short of two receipts by 0.40."""
    limits = TwoPersonLimits(write_off=pounds("1.00"))
    ours = evolve(installation, council=evolve(installation.council, write_off=ACCOUNT, two_person=limits))
    at.employ(ours, "second", "administrator")
    record_takings(ours, [_taking(BY_BANK, "45.00"), _taking(CARD_2, "30.00")])
    _work(ours, camt(entry("74.60", "BOTH OF US"), entry("29.00", "TOO LITTLE")))
    return ours


def _clearing(council: Installation) -> int:
    figure = prove_clearing(council, as_at=local_day(council.clock())).figure("clearing")
    assert figure.given is not None
    assert figure.amount == figure.given
    return figure.amount.pence


def _stood(council: Installation) -> list[tuple[str, bool]]:
    today = local_day(council.clock())
    found = list_write_offs(council, first_on=today, last_on=today)
    return sorted((str(each.made.total), each.undone) for each in found)


def _brought(council: Installation) -> UUID:
    line = line_of(council, "BOTH OF US")
    made = match_with_difference(council, line, [BY_BANK, CARD_2], reason="The bank kept 40p")
    assert isinstance(made, list)
    assert [str(each.amount) for each in made] == ["45.00", "30.00", "-0.40"]
    return made[1].id


def test_the_difference_is_written_off_and_all_of_it_comes_to_the_line(council: Installation) -> None:
    _brought(council)
    assert _ends(council)["BOTH OF US"].kind is DispositionKind.MATCHED
    assert _stood(council) == [("-0.40", False)]
    assert _clearing(council) == 0
    balances = _journalled(council)
    assert sum(balances.values()) == 0
    story = " ".join(explain(council, str(line_of(council, "BOTH OF US")))[0].sentences)
    assert "The bank kept 40p" in story
    with pytest.raises(AlreadyDone, match="matched already"):
        match_with_difference(council, line_of(council, "BOTH OF US"), [BY_BANK], reason="Again")


def test_undone_and_matched_again_it_is_the_same(council: Installation) -> None:
    match = _brought(council)
    before, open_before = _journalled(council), _clearing(council)
    assert len(undo_match(council, match, reason="Another payer")) == len(_matches(council)) + 3
    assert _stood(council) == [("-0.40", True)]
    assert _clearing(council) == 7500
    _journalled(council)
    assert _work(council)["BOTH OF US"].kind is DispositionKind.SUSPENSE
    _journalled(council)
    _brought(council)
    assert _stood(council) == [("-0.40", False), ("-0.40", True)]
    assert (_journalled(council), _clearing(council)) == (before, open_before)


def test_without_being_asked_a_difference_is_refused(council: Installation) -> None:
    with pytest.raises(RuleViolation, match="--write-off"):
        match_line(council, line_of(council, "BOTH OF US"), [BY_BANK, CARD_2], reason="x")
    with pytest.raises(RuleViolation, match=r"at most £5\.00") as refused:
        match_with_difference(council, line_of(council, "BOTH OF US"), [BY_BANK], reason="x")
    assert refused.value.code == "beyond_tolerance"
    assert (_matches(council), _stood(council)) == ([], [])


def test_above_the_limit_another_person_records_the_match_with_its_difference(council: Installation) -> None:
    line = line_of(council, "TOO LITTLE")
    evolved = evolve(
        council, council=evolve(council.council, two_person=TwoPersonLimits(write_off=pounds("0.99")))
    )
    asked = match_with_difference(evolved, line, [CARD_2], reason="The bank kept it")
    assert isinstance(asked, Proposal)
    assert _matches(council) == []
    with pytest.raises(AlreadyDone, match="waits for another person"):
        match_with_difference(evolved, line, [CARD_2], reason="Again")
    (told,) = explain(evolved, asked.reference)
    assert any("the difference is written off" in said for said in told.sentences)
    with pytest.raises(RuleViolation, match="somebody else"):
        authorise(evolved, asked.reference)
    authorise(at.second(evolved), asked.reference)
    assert [str(each.amount) for each in _matches(council)] == ["30.00", "-1.00"]
    assert "tester says" in _ends(council)["TOO LITTLE"].reason
    whole(council)


def test_what_was_matched_meanwhile_is_not_matched_by_the_proposal(council: Installation) -> None:
    evolved = evolve(
        council, council=evolve(council.council, two_person=TwoPersonLimits(write_off=pounds("0.10")))
    )
    asked = match_with_difference(evolved, line_of(council, "BOTH OF US"), [BY_BANK, CARD_2], reason="x")
    assert isinstance(asked, Proposal)
    assert isinstance(
        match_with_difference(at.second(council), line_of(council, "TOO LITTLE"), [CARD_2], reason="x"), list
    )
    with pytest.raises(RuleViolation, match="still to come"):
        authorise(at.second(evolved), asked.reference)
    authorise(at.second(evolved), asked.reference, accept=False)
    whole(council)


def test_it_needs_both_permissions(council: Installation) -> None:
    at.employ(council, "stranger", "cashier")
    with pytest.raises(NotPermitted):
        match_with_difference(
            council.acting("stranger"), line_of(council, "BOTH OF US"), [BY_BANK, CARD_2], reason="x"
        )


def test_a_suggestion_is_accepted_with_its_difference_written_off(installation: Installation) -> None:
    """A payout without a report whose day, less the tariff, is a few pence off: the usual case of a suggestion that differs."""
    ours = _blind(installation)
    ours = evolve(
        ours,
        council=evolve(ours.council, write_off=ACCOUNT, two_person=TwoPersonLimits(write_off=pounds("1.00"))),
    )
    _by_card(ours, ("ch_1", "120.00"), ("ch_2", "45.00"))
    _work(ours, camt(entry("162.30", "STRIPE MID77")))
    found = [view.suggestion.id for view in list_suggestions(ours)]
    with pytest.raises(RuleViolation, match="the receipts come to"):
        accept(ours, found[:1])
    (made,) = accept_with_difference(ours, found[:1], reason="A penny over")
    assert isinstance(made, list)
    assert [(str(each.amount), str(each.fee)) for each in made] == [
        ("120.00", "1.88"),
        ("45.00", "0.83"),
        ("0.01", "0.00"),
    ]
    assert _stood(ours) == [("0.01", False)]
    assert sum(_journalled(ours).values()) == 0


def test_a_suggestion_whose_difference_is_above_the_limit_is_a_proposal_and_the_same_once_authorised(
    installation: Installation,
) -> None:
    ours = _blind(installation)
    limits = TwoPersonLimits(write_off=pounds("0.00"))
    ours = evolve(ours, council=evolve(ours.council, write_off=ACCOUNT, two_person=limits))
    at.employ(ours, "second", "administrator")
    _by_card(ours, ("ch_1", "120.00"), ("ch_2", "45.00"))
    _work(ours, camt(entry("162.30", "STRIPE MID77")))
    found = [view.suggestion.id for view in list_suggestions(ours)]
    (made,) = accept_with_difference(ours, found[:1], reason="A penny over")
    assert isinstance(made, Proposal)
    assert [each for each in _matches(ours) if each.role == "banked"] == []
    authorise(at.second(ours), made.reference)
    assert [str(each.fee) for each in _matches(ours)] == ["1.88", "0.83", "0.00"]
    assert sum(_journalled(ours).values()) == 0
