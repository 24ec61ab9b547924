"""Other systems' lists: what payables or payroll says it paid is matched with the bank's debits, row by row or as one sum."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from attrs import evolve
from tests.conftest import MovableClock
from tests.service.files import camt, entry
from tests.service.test_matching import _journalled, _matches
from tests.service.test_reconciling import _ends, _work

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.money import Money
from localgov_ims.domain.stated import About
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.proofs.bank_proofs import prove_bank
from localgov_ims.service.proofs.loading_lists import load_items
from localgov_ims.service.proofs.stating import Loaded, end_item, list_items
from localgov_ims.service.reconciliation.breaks import close_breaks, list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.undoing_matches import undo_match

RUN = "BACS PAYMENTS RUN 77"


def _paying(installation: Installation) -> Installation:
    recognisers = tuple(
        evolve(each, wait_days=3) if each.other == "payables" else each
        for each in installation.council.recognisers
    )
    return evolve(installation, council=evolve(installation.council, recognisers=recognisers))


def _listed(council: Installation, *rows: str, system: str = "payables") -> Loaded:
    text = "\n".join(["day,reference,amount,note", *rows, ""])
    return load_items(
        council,
        io.BytesIO(text.encode()),
        about=About.SYSTEM,
        subject=system,
        what="payments",
        source="BACS list",
    )


def test_a_debit_is_matched_with_the_run_of_the_list_whichever_comes_first(
    installation: Installation,
) -> None:
    council = _paying(installation)
    end = _work(council, camt(entry("-9.00", RUN), entry("-4.00", "BACS PAYMENTS RUN 78")))[RUN]
    assert (end.kind, end.what) == (DispositionKind.OTHER, "payables")
    assert _listed(council, "2026-05-08,77,-9.00,", "2026-05-08,79,-4.00,").added == 2
    ends = _work(council)
    assert (ends[RUN].kind, ends[RUN].rule) == (DispositionKind.MATCHED, "other-list")
    assert (
        ends["BACS PAYMENTS RUN 78"].kind is DispositionKind.OTHER
    )  # another run of its amount is another payment
    assert [each.item.reference for each in list_items(council)] == ["79"]
    assert _journalled(council) == {}  # payables posts it


def test_the_rows_of_a_run_come_to_one_debit(installation: Installation) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-11,77,-5.00,A SUPPLIER", "2026-05-11,77,-4.00,ANOTHER")
    assert _work(council, camt(entry("-9.00", RUN)))[RUN].rule == "other-list-total"
    assert [(each.right_kind, each.amount.pence) for each in _matches(council)] == [
        ("list_item", -500),
        ("list_item", -400),
    ]
    assert list_items(council) == []
    assert {each.line for each in list_items(council, every=True)} == {_ends(council)[RUN].line}


def test_a_run_that_does_not_come_to_its_debit_is_not_matched_and_is_missed_in_time(
    installation: Installation, clock: MovableClock
) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-11,77,-5.00,A SUPPLIER", "2026-05-11,77,-3.99,ANOTHER")
    assert _work(council, camt(entry("-9.00", RUN)))[RUN].kind is DispositionKind.OTHER
    clock.moment = datetime(2026, 5, 15, 7, 0, tzinfo=UTC)
    reconcile(council)
    assert [each.found.kind for each in list_breaks(council)] == [
        BreakKind.FILE_DIFFERS,  # the debit
        *[BreakKind.PAST_ITS_DAYS] * 2,  # what its list says instead
    ]


def test_an_item_that_is_matched_ends_only_once_its_match_is_undone(installation: Installation) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-11,77,-9.00,")
    _work(council, camt(entry("-9.00", RUN)))
    (item,) = list_items(council, every=True)
    day = item.item.day
    with pytest.raises(RuleViolation, match="Undo that Match first"):
        end_item(council, item.item.id, outcome="cancelled", reason="It was stopped", ended_on=day)
    undo_match(council, _matches(council)[0].id, reason="It was stopped, and paid again")
    assert [each.item.reference for each in list_items(council)] == ["77"]
    end_item(council, item.item.id, outcome="cancelled", reason="It was stopped", ended_on=day)
    assert _work(council)[RUN].kind is DispositionKind.OTHER


def test_the_proof_of_the_bank_account_waits_for_nothing_that_payables_posts(
    installation: Installation,
) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-11,77,-9.00,")
    _work(council, camt(entry("-9.00", RUN)))
    _journalled(council)
    proof = prove_bank(council, account="main", as_at=datetime(2026, 5, 11, tzinfo=UTC).date())
    assert [proof.figure(key).amount.pence for key in ("unposted_debits", "elsewhere")] == [0, -900]


def test_a_payment_that_the_bank_has_not_brought_in_its_days_is_a_break_until_it_does(
    installation: Installation, clock: MovableClock
) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-11,77,-9.00,A SUPPLIER")
    clock.moment = datetime(2026, 5, 14, 7, 0, tzinfo=UTC)
    reconcile(council)
    assert list_breaks(council) == []  # its third working day
    clock.moment = datetime(2026, 5, 15, 7, 0, tzinfo=UTC)
    reconcile(council)
    (late,) = list_breaks(council)
    assert (late.found.kind, late.age) == (BreakKind.PAST_ITS_DAYS, 4)
    assert "payables lists -£9.00 of 11 May 2026 as 77" in late.found.message
    assert "SUPPLIER" not in late.found.message
    with pytest.raises(RuleViolation, match="the bank brings it"):
        close_breaks(council, [late.found.id], reason="I have seen it")
    assert _work(council, camt(entry("-9.00", RUN)))[RUN].kind is DispositionKind.MATCHED
    assert list_breaks(council) == []
    undo_match(council, _matches(council)[0].id, reason="It was another run")
    assert [each.found.id for each in list_breaks(council)] == [late.found.id]


def test_a_late_payment_that_a_person_ends_is_no_break_any_more(
    installation: Installation, clock: MovableClock
) -> None:
    council = installation  # whose recognisers of payables say no days: five
    _listed(council, "2026-05-11,77,-9.00,")
    clock.moment = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
    reconcile(council)
    assert list_breaks(council) == []
    clock.moment = datetime(2026, 5, 19, 7, 0, tzinfo=UTC)
    reconcile(council)
    (late,) = list_breaks(council)
    day = datetime(2026, 5, 18, tzinfo=UTC).date()
    end_item(council, late.found.subject, outcome="cancelled", reason="Stopped", ended_on=day)
    reconcile(council)
    assert list_breaks(council) == []


def test_what_payables_posted_and_the_bank_has_not_brought_is_in_the_proof_of_its_account(
    installation: Installation,
) -> None:
    council = _paying(installation)
    _listed(council, "2026-05-08,76,-1.50,A SUPPLIER", "2026-05-11,77,-9.00,")
    _work(council, camt(entry("20.00", "A PAYER")))
    tuesday = datetime(2026, 5, 12, tzinfo=UTC)
    _work(council, camt(entry("-9.00", RUN), day=tuesday.date(), number=2, opening="1020.00"))
    monday = prove_bank(council, account="main", as_at=datetime(2026, 5, 11, tzinfo=UTC).date())
    later = prove_bank(council, account="main", as_at=tuesday.date())
    assert [str(each.figure("ledger_only_debits").amount) for each in (monday, later)] == ["-10.50", "-1.50"]
    (item,) = later.figure("ledger_only_debits").items
    assert (item.text, item.due_on, item.note) == (
        "76",
        datetime(2026, 5, 13, tzinfo=UTC).date(),
        "from: BACS list",
    )
    assert later.figure("elsewhere").amount == Money(-900)
    assert not later.figure("listed_elsewhere").items
    elsewhere = prove_bank(council, account="cash-office", as_at=tuesday.date())
    assert not elsewhere.figure("ledger_only_debits").items


def test_a_list_of_a_system_that_may_use_several_accounts_is_shown_beside_the_proof_of_each(
    installation: Installation,
) -> None:
    council = _paying(installation)
    recognisers = tuple(
        evolve(each, account=None) if each.system == "payables" else each
        for each in council.council.recognisers
    )
    council = evolve(council, council=evolve(council.council, recognisers=recognisers))
    _listed(council, "2026-05-11,77,-9.00,")
    for account in ("main", "cash-office"):
        proof = prove_bank(council, account=account, as_at=datetime(2026, 5, 11, tzinfo=UTC).date())
        assert [proof.figure(key).amount.pence for key in ("ledger_only_debits", "listed_elsewhere")] == [
            0,
            -900,
        ]


def test_a_system_that_no_recogniser_names_has_no_list(installation: Installation) -> None:
    with pytest.raises(NotFound, match="payables, payroll"):
        _listed(installation, "2026-05-11,77,-9.00,", system="payabels")


PAYABLES = {
    "kind": "fixed", "yields": "list", "encoding": "ascii", "positive": "out",
    "columns": {"run": {"start": 1, "length": 6}, "day": {"start": 7, "length": 8}, "amount": {"start": 15, "length": 9}},
    "day": {"column": "day", "format": "DDMMYYYY"},
    "reference": {"column": "run", "drop_prefix": "RUN"},
    "amount": {"column": "amount", "sign": "unsigned", "unit": "pence"},
}  # fmt: skip


def _reading(council: Installation, name: str = "our-payables") -> Installation:
    reader = ProfileReader(profile_from(name, PAYABLES))
    return evolve(
        council, readers=(*council.readers, reader), options={**council.options, name: reader.options()}
    )


def _written(council: Installation, text: str, named: str | None = None) -> Loaded:
    return load_items(
        council, io.BytesIO(text.encode()), about=About.SYSTEM, subject="payables", what="payments",
        source="BACS list", named=named,
    )  # fmt: skip


def test_what_payables_really_writes_is_loaded_by_a_profile_and_matched(installation: Installation) -> None:
    council = _reading(_paying(installation))
    assert _written(council, "RUN77 11052026000000500\nRUN77 11052026000000400\n") == Loaded(added=2)
    assert _written(council, "RUN77 11052026000000500\n", named="our-payables") == Loaded(seen=1)
    assert _work(council, camt(entry("-9.00", RUN)))[RUN].rule == "other-list-total"


def test_a_list_that_no_profile_knows_or_more_than_one_is_refused_by_name(installation: Installation) -> None:
    council = _reading(_paying(installation))
    assert [issue.code for issue in _written(council, "When,Run,Sum\n").issues] == ["unknown-message"]
    assert [issue.code for issue in _written(council, "x\n", named="camt053").issues] == ["unknown-message"]
    both = _reading(council, "another")
    assert [issue.code for issue in _written(both, "RUN77 11052026000000500\n").issues] == [
        "ambiguous-format"
    ]
    assert list_items(council) == []


def test_a_list_is_not_imported_like_a_statement_and_the_refusal_says_how_it_is_loaded(
    installation: Installation,
) -> None:
    result = import_file(
        installation,
        Incoming(name="list.csv", stream=io.BytesIO(b"day,reference,amount\n2026-05-11,77,-9.00\n")),
    )
    assert [(issue.code, "ims stated items" in issue.message) for issue in result.issues] == [
        ("wrong-kind", True)
    ]
