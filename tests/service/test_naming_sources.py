"""A person says whose file explains a line that waits; and how near the rules came to a waiting line stays in its record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve
from tests.conftest import MovableClock
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


def test_named_anew_a_late_line_is_late_for_its_new_source_alone_and_only_once_that_is_late(
    installation: Installation, clock: MovableClock
) -> None:
    _work(installation, camt(entry("118.12", AGENCY)))
    clock.moment = datetime(2026, 5, 19, 7, 0, tzinfo=UTC)
    reconcile(installation)
    assert ["file of allpay" in each.found.message for each in list_breaks(installation)] == [True]
    name_source(installation, [line_of(installation, AGENCY)], "dwp", reason="Their advice names it")
    assert list_breaks(installation) == []
    reconcile(installation)
    assert list_breaks(installation) == []  # the benefits file has ten working days
    clock.moment = datetime(2026, 5, 27, 7, 0, tzinfo=UTC)
    reconcile(installation)
    assert ["file of dwp" in each.found.message for each in list_breaks(installation)] == [True]
    name_source(installation, [line_of(installation, AGENCY)], "allpay", reason="No, it was theirs")
    reconcile(installation)
    assert ["file of allpay" in each.found.message for each in list_breaks(installation)] == [True]


def test_a_list_of_another_system_that_does_not_come_is_a_break_that_stands(
    installation: Installation, clock: MovableClock
) -> None:
    recognisers = tuple(
        evolve(each, wait_days=3) if each.other == "payables" else each
        for each in installation.council.recognisers
    )
    ours = evolve(installation, council=evolve(installation.council, recognisers=recognisers))
    _work(ours, camt(entry("-9.00", "BACS PAYMENTS RUN 77")))
    clock.moment = datetime(2026, 5, 15, 7, 0, tzinfo=UTC)
    reconcile(ours)
    assert [(each.found.kind, each.found.awaited) for each in list_breaks(ours)] == [
        (BreakKind.FILE_OVERDUE, "payables")
    ]


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
