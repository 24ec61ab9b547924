"""Income files: every row placed, in suspense, skipped or waiting, or the whole file refused."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from tests.conftest import on_sqlite
from tests.service.incomes import (
    STARTS,
    a_file,
    a_type,
    balance,
    codes,
    history,
    imported,
    lines,
    recorded,
    row,
    taking,
)

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Part, Rule
from localgov_ims.domain.import_types import (
    Negative,
    OnBadRow,
    OnUnplaced,
    RowDefaults,
    SourceReferences,
    TotalsNeeded,
    VatFrom,
    Zero,
)
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.files.dry_runs import dry_run
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.views import list_files, show_file
from localgov_ims.service.installation import Installation
from localgov_ims.storage import transactions


def test_rows_become_receipts_of_their_funds_and_the_history_says_how(installation: Installation) -> None:
    council = taking(installation)
    result = imported(council, [row("10.00", fund="CT"), row("20.00", "A1", fund="LB")])
    assert result.status == "recorded"
    assert lines(council) == [("CT", "771234567", Money(1000)), ("LB", "A1", Money(2000))]
    assert history(council, result) == ["received", "in_progress", "recorded"]
    assert result.report["recorded"] == {"count": 2, "pence": 3000}


def test_a_declared_number_of_rows_that_differs_refuses_the_file_and_keeps_its_bytes(
    installation: Installation,
) -> None:
    council = taking(installation)
    result = imported(council, [row("10.00"), row("20.00")], rows=3)
    assert codes(result) == ["count-mismatch"]
    assert "3" in result.issues[0].message
    assert "2" in result.issues[0].message
    assert history(council, result) == ["received", "refused"]
    assert recorded(council) == []


def test_a_rule_places_what_names_no_fund(installation: Installation) -> None:
    council = taking(installation)
    result = imported(council, [row("10.00", "771234567")])
    assert lines(council) == [("CT", "771234567", Money(1000))]
    (receipt,) = recorded(council)
    assert receipt.lines[0].rule == "Council tax"
    assert result.report["rules"] == {"Council tax": {"count": 1, "pence": 1000}}
    assert "suspense" not in result.counts


def test_what_no_rule_places_is_in_suspense_with_what_is_needed_to_place_it(
    installation: Installation,
) -> None:
    council = taking(installation)
    result = imported(council, [row("12.50", "889", source="S-1", narrative="MR JONES", vat_code="S")])
    assert result.counts["suspense"] == 1
    with council.store.reading() as connection:
        (item,) = transactions.some_suspense(connection)
    (receipt,) = recorded(council)
    assert (item.reason, item.received_reference, item.source_reference, item.vat_code) == (
        SuspenseReason.NO_FUND, "889", "S-1", "S",
    )  # fmt: skip
    assert item.line == receipt.lines[0].id
    assert receipt.lines[0].narrative == "MR JONES"
    assert receipt.taken_on == date(2026, 5, 12)


def test_the_senders_references_and_moments_stay_on_the_receipt(installation: Installation) -> None:
    council = taking(installation)
    imported(council, [row("1.00", source="THEIRS", internal="INTERNAL", office="01")])
    (receipt,) = recorded(council)
    assert (receipt.provider_reference, receipt.caller_reference, receipt.office) == (
        "THEIRS",
        "INTERNAL",
        "01",
    )
    assert receipt.taken_at is not None
    assert receipt.taken_at.isoformat() == "2026-05-12T10:30:41+00:00"
    assert receipt.recorded_by == "tester"


def test_a_split_makes_one_receipt_of_several_lines(installation: Installation) -> None:
    split = Rule(
        name="Halves", order=1,
        split=(Part(percent="50", set={"fund": "CT"}), Part(percent="50", set={"fund": "LB"})),
    )  # fmt: skip
    council = taking(installation, split)
    imported(council, [row("100.01", "A")])
    (receipt,) = recorded(council)
    assert [(line.fund, line.amount) for line in receipt.lines] == [("CT", Money(5001)), ("LB", Money(5000))]


# --- Policies -------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("given", "rows", "declared", "expected"),
    [
        ({"negative": Negative.REFUSE}, [row("-1.00")], {}, ["negative-amount"]),
        ({"zero": Zero.REFUSE}, [row("0.00")], {}, ["zero-amount"]),
        ({"totals": TotalsNeeded.ROWS}, [row()], {"amount": Money(1000)}, ["control-missing"]),
        ({"totals": TotalsNeeded.AMOUNT}, [row()], {"rows": 1}, ["control-missing"]),
        ({"totals": TotalsNeeded.BOTH}, [row()], {}, ["control-missing", "control-missing"]),
        ({}, [row()], {"amount": Money(999)}, ["total-mismatch"]),
        ({}, [row(), row("x")], {}, ["bad-amount"]),
        ({}, [row(), row(day="2026-02-30")], {}, ["bad-date", "bad-date"]),
        ({}, [row(), row()[:14]], {}, ["layout-mismatch"]),
        ({}, [row(), [*row(), "more"]], {}, ["layout-mismatch"]),
        ({}, [row(day="2020-01-01")], {}, ["date-out-of-range"]),
        ({}, [row(day="2026-05-21")], {}, ["date-out-of-range"]),
        ({}, [row(office="ZZ")], {}, ["unknown-office"]),
        ({}, [row(vat_code="Q")], {}, ["unknown-vat-code"]),
        ({}, [row(narrative="x" * 101)], {}, ["text-too-long"]),
        ({"defaults": RowDefaults()}, [row()], {}, ["unknown-mop"]),
        ({"on_unplaced": OnUnplaced.REFUSE_FILE}, [row("1.00", "889")], {}, ["unknown-fund"]),
        ({"on_unplaced": OnUnplaced.REFUSE_FILE}, [row("1.00", "889", fund="QQ")], {}, ["unknown-fund"]),
        ({}, [row(account="A", fund="LB", vat_code="S", vat="4.44", amount="6.66")], {}, ["vat-mismatch"]),
        ({"vat": VatFrom.TRUST}, [row(account="A", fund="LB", vat_code="S", vat="7.00", amount="6.66")], {}, ["vat-mismatch"]),
        ({"source_reference": SourceReferences.UNIQUE}, [row(source="1"), row(source="1")], {}, ["duplicate-id"]),
        ({}, [row()], {"faults": ("Our batch 7 is incomplete",)}, ["provider-error"]),
    ],
)  # fmt: skip
def test_a_file_is_refused_whole_for_what_its_type_does_not_take(
    installation: Installation, given: dict[str, object], rows: list[list[str]], declared: dict[str, object],
    expected: list[str],
) -> None:  # fmt: skip
    council = taking(installation, **given)
    result = imported(council, rows, **declared)
    assert (result.status, codes(result)) == ("refused", expected)
    assert recorded(council) == []


def test_an_issue_of_a_row_says_which_row_which_field_which_value_and_why(installation: Installation) -> None:
    result = imported(taking(installation), [row(), row(office="ZZ")])
    (issue,) = result.issues
    assert (issue.place, issue.field, issue.value) == ("row 2, line 2", "office", "ZZ")
    assert "01" in issue.message


def test_rows_without_money_are_skipped_and_counted(installation: Installation) -> None:
    council = taking(installation)
    result = imported(council, [row("0.00"), row("5.00")], rows=2)
    assert (result.report["skipped"], result.counts["rows"], result.counts["recorded"]) == (1, 2, 1)


@pytest.mark.parametrize(
    ("negative", "funds"), [(Negative.SUSPENSE, {"SUSP": -100}), (Negative.ALLOW, {"CT": -100})]
)
def test_a_returned_cheque_goes_where_the_type_says(
    installation: Installation, negative: Negative, funds: dict[str, int]
) -> None:
    council = taking(installation, negative=negative)
    assert imported(council, [row("-1.00")]).status == "recorded"
    assert balance(council) == funds


def test_a_quarantined_row_stands_in_suspense_and_the_totals_stay_whole(installation: Installation) -> None:
    council = taking(installation, on_bad_row=OnBadRow.QUARANTINE)
    result = imported(
        council, [row("1.00"), row("2.00", office="ZZ"), row("4.00", day="2020-01-01")], amount=Money(700)
    )
    assert result.status == "recorded"
    assert balance(council) == {"CT": 100, "SUSP": 600}
    assert result.report["quarantined"] == {"count": 2, "pence": 600}
    assert [(issue.code, issue.stops) for issue in result.issues] == [
        ("unknown-office", False), ("date-out-of-range", False),
    ]  # fmt: skip
    with council.store.reading() as connection:
        items = sorted(transactions.some_suspense(connection), key=lambda item: item.detail or "")
    assert [(item.reason, item.detail) for item in items] == [
        (SuspenseReason.QUARANTINED, "date-out-of-range"), (SuspenseReason.QUARANTINED, "unknown-office"),
    ]  # fmt: skip


def test_quarantine_does_not_save_a_row_whose_amount_cannot_be_read(installation: Installation) -> None:
    council = taking(installation, on_bad_row=OnBadRow.QUARANTINE)
    assert imported(council, [row("1.00"), row("one pound")]).status == "refused"


@on_sqlite
@pytest.mark.parametrize(("policy", "vat"), [(VatFrom.TRUST, 444), (VatFrom.COMPUTE, 111)])
def test_whose_vat_counts_is_the_types_to_say(installation: Installation, policy: VatFrom, vat: int) -> None:
    council = taking(installation, vat=policy)
    imported(
        council, [row("6.66", "12345678901IM", "LB", office="01", vat_code="S", vat_rate="0.2", vat="4.44")]
    )
    (receipt,) = recorded(council)
    assert (receipt.lines[0].amount, receipt.lines[0].vat) == (Money(666), Money(vat))


def test_a_vat_code_that_the_fund_does_not_let_a_line_have_gives_way_with_a_warning(
    installation: Installation,
) -> None:
    council = taking(installation)
    result = imported(council, [row(fund="13", account="GW1234562", vat_code="O")])
    assert (result.status, codes(result)) == ("recorded", ["vat-mismatch"])
    (receipt,) = recorded(council)
    assert receipt.lines[0].vat_code == "S"


def test_defaults_of_the_type_fill_blanks_before_the_rules(installation: Installation) -> None:
    nothing = Rule(name="Never", order=1, when=Condition(field="fund", op="blank"), set={"fund": "LB"})
    council = taking(
        installation,
        nothing,
        defaults=RowDefaults(fund="CT", mop="12", office="01", narrative="By the agency"),
    )
    imported(council, [row(), row(fund="LB", narrative="Own words")])
    first, second = recorded(council)
    assert (first.lines[0].fund, first.office, first.lines[0].narrative) == ("CT", "01", "By the agency")
    assert (second.lines[0].fund, second.lines[0].narrative) == ("LB", "Own words")


def test_an_account_that_must_exist_is_looked_up_among_the_holders(installation: Installation) -> None:
    council = taking(installation)
    funds = {**council.council.funds, "CT": evolve(council.council.funds["CT"], account_must_exist=True)}
    council = evolve(council, council=evolve(council.council, funds=funds))
    imported(council, [row("1.00", "771")])
    with council.store.reading() as connection:
        (item,) = transactions.some_suspense(connection)
    assert item.reason is SuspenseReason.NO_ACCOUNT


# --- Which kind of file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"import_type": "nobody"}, "unknown-import-type"),
        ({"import_type": "agency"}, "disabled-import-type"),
    ],
)
def test_a_type_that_is_not_there_or_not_in_use_refuses_its_files(
    installation: Installation, given: dict[str, str], code: str
) -> None:
    council = taking(installation, enabled=False)
    assert codes(imported(council, [row()], **given)) == [code]


def test_a_type_that_has_ended_takes_no_more_files(installation: Installation) -> None:
    council = taking(installation, ends_on=date(2026, 5, 12))
    assert codes(imported(council, [row()])) == ["disabled-import-type"]


def test_the_type_is_known_by_its_format_where_only_one_has_it(installation: Installation) -> None:
    council = taking(installation)
    result = imported(council, [row()], import_type=None)
    assert (result.status, result.import_type) == ("recorded", "agency")


def test_two_types_of_one_format_must_be_told_apart_by_the_sender(installation: Installation) -> None:
    council = taking(installation)
    types = {
        **council.council.import_types,
        "other": evolve(council.council.import_types["agency"], code="other"),
    }
    council = evolve(council, council=evolve(council.council, import_types=types))
    assert codes(imported(council, [row()], import_type=None)) == ["unknown-import-type"]


def test_a_statement_is_not_an_income_file(installation: Installation) -> None:
    from tests.service.files import camt, entry

    council = taking(installation, format="camt053")
    statement = camt(entry("1.00"))
    result = import_file(council, evolve(statement, declared=a_file([]).declared))
    assert codes(result) == ["wrong-kind"]


def test_a_type_may_name_its_senders(installation: Installation) -> None:
    council = taking(installation, senders=("somebody.else",))
    with pytest.raises(NotPermitted, match="not one of the senders"):
        import_file(council, a_file([row()]))
    assert recorded(council) == []


# --- Dry run ----------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_come_of_a_file_and_keeps_nothing(installation: Installation) -> None:
    council = taking(installation)
    result = dry_run(council, a_file([row("1.00"), row("2.00", "889")]))
    assert (result.status, result.report["placed"], result.report["suspense"]) == (
        "recorded", {"count": 1, "pence": 100}, {"count": 1, "pence": 200},
    )  # fmt: skip
    assert recorded(council) == []
    assert list_files(council) == []
    assert imported(council, [row("1.00"), row("2.00", "889")]).report["placed"] == result.report["placed"]


def test_the_report_sums_by_fund_method_and_reason(installation: Installation) -> None:
    council = taking(installation)
    result = imported(
        council, [row("1.00"), row("2.00", mop="24"), row("4.00", "889"), row("8.00", "889", fund="QQ")]
    )
    report = result.report
    assert report["funds"] == {"CT": {"count": 2, "pence": 300}, "SUSP": {"count": 2, "pence": 1200}}
    assert report["mops"] == {"12": {"count": 3, "pence": 1300}, "24": {"count": 1, "pence": 200}}
    assert report["reasons"] == {
        "no_fund": {"count": 1, "pence": 400},
        "unknown_fund": {"count": 1, "pence": 800},
    }
    assert report["computed"] == {"rows": 4, "pence": 1500}
    assert report["versions"]["rules"] == report["versions"]["settings"] == 1


def test_nobody_imports_without_the_permission(installation: Installation) -> None:
    council = taking(installation, STARTS).acting("nobody")
    with pytest.raises(NotPermitted):
        import_file(council, a_file([row()]))


def test_a_file_received_and_never_finished_is_read_as_its_sender_means_it_now(
    installation: Installation,
) -> None:
    council = taking(installation, senders=("tester",))
    other = evolve(
        council, council=evolve(council.council, import_types={"agency": a_type(senders=("somebody.else",))})
    )
    with pytest.raises(NotPermitted):
        import_file(other, a_file([row()], rows=2))
    result = imported(council, [row()], rows=1)
    assert (result.status, history(council, result)) == ("recorded", ["received", "in_progress", "recorded"])


CARD = "4111 1111 1111 1111"


def test_a_card_number_that_a_sender_reports_is_kept_and_shown_masked(installation: Installation) -> None:
    council = taking(installation)
    name = f"{CARD}.csv"
    result = import_file(council, a_file([row()], name, faults=(f"Card {CARD} was declined",)))
    assert result.status == "refused"
    (file, event), *_ = list_files(council)
    assert file.name == "411111******1111.csv"
    assert event.declared.faults == ("Card 411111******1111 was declined",)
    assert "411111******1111" in event.issues[0].message
    assert CARD not in str((result, show_file(council, str(file.id))))


def test_a_card_number_is_no_import_type_and_no_file(installation: Installation) -> None:
    council = taking(installation)
    with pytest.raises(InvalidValue) as refused:
        a_file([row()], import_type=CARD)
    assert refused.value.code == "card_number"
    (issue,) = import_file(council, a_file([row()], import_type="0000 0000 0000 0000")).issues
    assert issue.code == "unknown-import-type"
    assert "'000000******0000'" in issue.message
    with pytest.raises(NotFound) as missing:
        show_file(council, CARD)
    assert "'411111******1111'" in missing.value.message
    assert CARD not in str(vars(missing.value))


@pytest.mark.parametrize("offset", [-1, 2**63])
def test_a_page_that_nobody_can_count_to_is_refused(installation: Installation, offset: int) -> None:
    council = taking(installation)
    with pytest.raises(InvalidValue) as refused:
        list_files(council, offset=offset)
    assert refused.value.code == "bad_page"
    assert list_files(council, offset=2**63 - 1) == []
