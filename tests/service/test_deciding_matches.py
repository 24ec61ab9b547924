"""What rules only suggest is decided by a person: accepted, rejected, matched by hand, or held in suspense."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.service import money_in
from tests.service.files import camt, entry
from tests.service.test_reconciling import BY_BANK, CARD_2, _ends, _taking, _work

from localgov_ims.domain.notes import NoteSubject
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, NotPermitted, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.documents.noting import notes_of
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.reconciliation.deciding_matches import accept, match_line, reject
from localgov_ims.service.reconciliation.holding_lines import send_to_suspense
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.suggested_matches import SuggestionView, list_suggestions
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage import reconciliation, transactions

THIRD = "777777777773"


@pytest.fixture
def rivals(installation: Installation) -> list[SuggestionView]:
    """Give a line of 45.00 that two receipts fit, and that is in suspense meanwhile."""
    record_takings(installation, [_taking(BY_BANK, "45.00"), _taking(CARD_2, "45.00")])
    _work(installation, camt(entry("45.00", "NO IDEA")))
    return list_suggestions(installation)


def whole(installation: Installation) -> None:
    assert [(law.law, law.broken) for law in verify(installation) if not law.holds] == []


def line_of(installation: Installation, text: str) -> UUID:
    return _ends(installation)[text].line


def test_suggestions_show_both_sides_a_score_and_their_rivals(rivals: list[SuggestionView]) -> None:
    assert [view.receipt for view in rivals] == sorted(
        [BY_BANK, CARD_2], key=[v.receipt for v in rivals].index
    )
    assert rivals[0].score > rivals[1].score >= 1
    assert {str(view.line_amount) for view in rivals} == {"45.00"}
    assert all(view.because for view in rivals)


def test_an_accepted_suggestion_is_a_match_and_what_the_line_became_is_taken_back(
    installation: Installation, rivals: list[SuggestionView]
) -> None:
    (held,) = list_suspense(installation)
    (made,) = accept(installation, [rivals[0].suggestion.id])
    end = _ends(installation)["NO IDEA"]
    assert (end.kind, end.record) == (DispositionKind.MATCHED, made.id)
    assert list_suspense(installation) == []
    assert list_suggestions(installation) == []
    whole(installation)
    story = " ".join(sentence for each in explain(installation, str(end.line)) for sentence in each.sentences)
    assert f"tester says that it brings {rivals[0].receipt}" in story
    assert f"Match {made.id} with receipt" in story
    assert held.reference
    with pytest.raises(NotFound):
        accept(installation, [rivals[1].suggestion.id])


def test_a_rejected_suggestion_is_never_made_again(
    installation: Installation, rivals: list[SuggestionView]
) -> None:
    assert reject(installation, [view.suggestion.id for view in rivals], reason="Another payer") == 2
    reconcile(installation)
    assert list_suggestions(installation) == []
    (told,) = explain(installation, str(rivals[0].suggestion.left))
    assert any("rejected by tester: Another payer" in sentence for sentence in told.sentences)
    with pytest.raises(NotFound):
        reject(installation, [rivals[0].suggestion.id], reason="Again")
    whole(installation)


def test_one_line_is_matched_with_several_receipts_that_come_to_it(installation: Installation) -> None:
    record_takings(
        installation, [_taking(BY_BANK, "45.00"), _taking(CARD_2, "30.00"), _taking(THIRD, "5.00")]
    )
    _work(installation, camt(entry("75.00", "BOTH OF US")))
    line = line_of(installation, "BOTH OF US")
    with pytest.raises(RuleViolation, match=r"£75\.00.*£50\.00") as refused:
        match_line(installation, line, [BY_BANK, THIRD], reason="The payer rang")
    assert refused.value.code == "does_not_add_up"
    made = match_line(installation, line, [BY_BANK, CARD_2], reason="The payer rang")
    assert {str(each.amount) for each in made} == {"45.00", "30.00"}
    with pytest.raises(AlreadyDone, match="matched already"):
        match_line(installation, line, [THIRD], reason="x")
    assert _ends(installation)["BOTH OF US"].kind is DispositionKind.MATCHED
    whole(installation)


def test_a_receipt_that_the_bank_brought_is_not_brought_again(installation: Installation) -> None:
    record_takings(installation, [_taking(BY_BANK, "45.00")])
    _work(installation, camt(entry("45.00", "FIRST", end_to_end=BY_BANK), entry("45.00", "SECOND")))
    with pytest.raises(RuleViolation, match="still to come") as refused:
        match_line(installation, line_of(installation, "SECOND"), [BY_BANK], reason="x")
    assert refused.value.code == "not_open"
    whole(installation)


def test_what_was_spent_of_a_lines_income_is_not_taken_back(
    installation: Installation, rivals: list[SuggestionView]
) -> None:
    from localgov_ims.domain.baskets import BasketItem
    from localgov_ims.domain.clearing import Giving
    from localgov_ims.domain.money import Money
    from localgov_ims.service.suspense.clearing import clear_items

    (held,) = list_suspense(installation)
    target = BasketItem(fund="23", account_reference="612345674", amount=Money(4500))
    clear_items(installation, [Giving(line=held.reference)], [target])
    with pytest.raises(RuleViolation) as refused:
        accept(installation, [rivals[0].suggestion.id])
    assert refused.value.code == "over_available"
    assert _ends(installation)["NO IDEA"].kind is DispositionKind.SUSPENSE
    whole(installation)


def test_a_line_that_waits_for_a_file_is_sent_to_suspense_with_a_note(installation: Installation) -> None:
    _work(installation, camt(entry("50.00", "ALLPAY LTD 1234567")))
    (text,) = _ends(installation)
    line = line_of(installation, text)
    if _ends(installation)[text].kind is not DispositionKind.AWAITING:
        pytest.fail("the example must name a source")
    with pytest.raises(InvalidValue, match="note"):
        send_to_suspense(installation, [line], note=" ")
    (reference,) = send_to_suspense(installation, [line], note="The agency has closed")
    assert [note.text for note in notes_of(installation, NoteSubject.SUSPENSE, reference)] == [
        "The agency has closed"
    ]
    assert [str(item.amount) for item in list_suspense(installation)] == ["50.00"]
    with pytest.raises(AlreadyDone, match="does not wait"):
        send_to_suspense(installation, [line], note="Again")
    reconcile(installation)
    whole(installation)


def test_two_that_accept_at_once_make_one_match(
    installation: Installation, rivals: list[SuggestionView]
) -> None:
    import threading

    results: list[object] = []

    def act() -> None:
        try:
            results.append(accept(installation, [rivals[0].suggestion.id]))
        except (AlreadyDone, NotFound) as error:
            results.append(error)

    hands = [threading.Thread(target=act) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sum(isinstance(each, list) for each in results) == 1
    with installation.store.reading() as connection:
        count = sa.select(sa.func.count()).select_from(reconciliation.matches)
        assert connection.execute(count).scalar_one() == 1
        assert len(list(transactions.some(connection))) == 4
    whole(installation)


def test_each_act_needs_the_permission(installation: Installation, rivals: list[SuggestionView]) -> None:
    money_in.employ(installation, "stranger", "cashier")
    stranger, one = installation.acting("stranger"), [rivals[0].suggestion.id]
    acts: list[Callable[[], object]] = [
        lambda: accept(stranger, one),
        lambda: reject(stranger, one, reason="x"),
        lambda: match_line(stranger, rivals[0].suggestion.left, [BY_BANK], reason="x"),
        lambda: send_to_suspense(stranger, [rivals[0].suggestion.left], note="x"),
        lambda: list_suggestions(stranger),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
