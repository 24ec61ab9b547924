"""A person says whose file explains a line that waits; and how near the rules came to a waiting line stays in its record."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.service import money_in
from tests.service.files import camt, entry, payout
from tests.service.test_deciding_matches import line_of, whole
from tests.service.test_reconciling import _ends, _work

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.errors import AlreadyDone, NotFound, NotPermitted
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.breaks import list_breaks
from localgov_ims.service.reconciliation.holding_lines import name_source
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.storage import reconciliation

AGENCY = "ALLPAY LTD 1234567"


def test_a_line_whose_source_a_person_names_is_matched_with_that_sources_file(
    installation: Installation,
) -> None:
    assert _work(installation, camt(entry("118.12", AGENCY)))[AGENCY].what == "allpay"
    line = line_of(installation, AGENCY)
    (said,) = name_source(installation, [line], "stripe", reason="Their advice names it")
    assert (said.what, said.rule, said.number) == ("stripe", "person", 2)
    with pytest.raises(AlreadyDone, match="waits for stripe already"):
        name_source(installation, [line], "stripe", reason="Again")
    reconcile(installation)
    assert _ends(installation)[AGENCY] == said
    end = _work(installation, payout(("ch_1", "120.00", "1.88")))[AGENCY]
    assert (end.kind, end.rule) == (DispositionKind.MATCHED, "settlement")
    with pytest.raises(AlreadyDone, match="it is matched"):
        name_source(installation, [line], "allpay", reason="No")


def test_a_person_says_which_of_two_answers_is_right(installation: Installation) -> None:
    other = Recogniser(name="other", sign=Sign.CREDIT, text="ALLPAY", source="stripe")
    council = evolve(installation.council, recognisers=(*installation.council.recognisers, other))
    ours = evolve(installation, council=council)
    assert _work(ours, camt(entry("50.00", AGENCY)))[AGENCY].what is None
    assert [each.found.kind for each in list_breaks(ours)] == [BreakKind.AMBIGUOUS_RECOGNISER]
    name_source(ours, [line_of(ours, AGENCY)], "allpay", reason="Rang them")
    assert _work(ours)[AGENCY].what == "allpay"
    assert list_breaks(ours) == []


def test_how_near_a_file_came_is_told_from_the_record_and_recorded_once(installation: Installation) -> None:
    text = "STRIPE PAYMENTS po_1"
    _work(installation, camt(entry("100.00", text)))
    end = _work(installation, payout(("ch_1", "120.00", "1.88")))[text]
    assert (end.kind, end.number) == (DispositionKind.AWAITING, 2)
    reconcile(installation)
    with installation.store.reading() as connection:
        assert len(reconciliation.history(connection, end.line)) == end.number
    (told,) = explain(installation, str(end.line))
    assert any(
        "nearest: Rule settlement" in said and "£118.12 was expected" in said for said in told.sentences
    )
    whole(installation)


def test_it_needs_the_permission_and_a_source_that_is_there(installation: Installation) -> None:
    _work(installation, camt(entry("50.00", AGENCY)))
    line = line_of(installation, AGENCY)
    with pytest.raises(NotFound, match="There are: stripe"):
        name_source(installation, [line], "nobody", reason="x")
    money_in.employ(installation, "stranger", "cashier")
    with pytest.raises(NotPermitted):
        name_source(installation.acting("stranger"), [line], "stripe", reason="x")
