"""Searching income: every criterion, pages that hold still, limits that are in the query, exports that agree."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import DAY, NOW, a_receipt, a_transfer, garden_line, line, statement_line
from tests.persons import with_everything, with_user

from localgov_ims.domain.ids import new_id, shown
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Card, Payer
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import ReceivedFile
from localgov_ims.domain.searching import Criteria
from localgov_ims.domain.statements import Evidence, Statement
from localgov_ims.domain.transactions import Origin, Transaction
from localgov_ims.domain.vat import Treatment
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted, NotSignedIn
from localgov_ims.service.enquiries.searching import MOST, Format, export, search, view_transaction
from localgov_ims.service.installation import Installation
from localgov_ims.storage import files, statements, transactions

LISTS = (Permission.TRANSACTION_LIST, Permission.TRANSACTION_VIEW)


def record(installation: Installation, *made: Transaction, personal_narratives: bool = False) -> None:
    with installation.store.unit("record", by="tester") as unit:
        transactions.add(unit, made, personal_narratives=personal_narratives)
        unit.commit()


def found(installation: Installation, **asked: Any) -> set[str]:
    return {row.receipt for row in search(installation, Criteria(**asked), limit=MOST).rows}


@pytest.fixture
def office(installation: Installation) -> Installation:
    """Give Small Council with somebody who may see everything."""
    return with_everything(installation)


def one_of_each(office: Installation) -> tuple[Transaction, Transaction]:
    """Record a receipt that has everything to be found by, and one that has nothing of it."""
    wanted = a_receipt(
        line(account_reference="612345674", amount=Money(12_34), narrative="Mrs O'Neill 100% of it"),
        payment="K7MP2QXW9TRN", provider="cardco", provider_reference="pi_77", caller_reference="CRM-9",
        recorded_by="Alex", card=Card(first_six="492912", last_four="0077"), recorded_at=NOW - timedelta(days=3),
    )  # fmt: skip
    other = a_receipt(line(fund="05", account_reference="700001", mop="12", narrative="100 of it"))
    record(office, wanted, other)
    return wanted, other


@pytest.mark.parametrize(
    "asked",
    [
        {"payment": "K7MP2QXW9TRN"}, {"payment": " k7mp-2qxw-9trn "}, {"provider_reference": " pi_77"},
        {"caller_reference": "CRM-9"}, {"account_reference": "612345674"}, {"account_reference": " 612345674 "},
        {"account_contains": "3456"}, {"amount": Money(12_34)}, {"funds": ["23"]}, {"methods": ["90", "14"]},
        {"user": "alex"}, {"narrative": "o'neill"}, {"narrative": "100%"}, {"recorded_to": date(2026, 5, 9)},
        {"card_first": "4929"}, {"card_first": "492912", "card_last": "0077"}, {"card_last": "0077"},
        {"amount": Money(12_34), "funds": ["23"], "user": "Alex"},
    ],
    ids=str,
)  # fmt: skip
def test_each_criterion_finds_what_fits_and_nothing_else(office: Installation, asked: dict[str, Any]) -> None:
    wanted, _ = one_of_each(office)
    assert found(office, **asked) == {wanted.reference}


def test_a_receipt_is_found_as_it_is_typed(office: Installation) -> None:
    wanted, _ = one_of_each(office)
    assert found(office, receipt=shown(wanted.reference).lower()) == {wanted.reference}
    assert found(office, receipt=wanted.reference) == {wanted.reference}
    assert found(office, receipt=wanted.reference[:-1]) == set()


def test_an_account_is_found_in_the_form_in_which_its_fund_keeps_it(office: Installation) -> None:
    penalty = a_receipt(line(fund="2R", account_reference="FP20000050"))
    record(office, penalty)
    assert found(office, account_reference="fp20000050") == {penalty.reference}


@pytest.mark.parametrize(
    "asked",
    [
        {"provider_reference": "pi_7"}, {"caller_reference": "crm-9"}, {"account_reference": "61234567"},
        {"account_contains": "%"}, {"account_contains": "6_2"}, {"narrative": "%it"}, {"narrative": "Mrs_"},
        {"amount": Money(-12_34)}, {"card_first": "4930"}, {"user": "Al"}, {"amount": Money(12_34), "funds": ["05"]},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_not_found_and_wildcards_are_letters(
    office: Installation, asked: dict[str, Any]
) -> None:
    one_of_each(office)
    assert found(office, **asked) == set()


def test_a_blank_criterion_asks_for_nothing(office: Installation) -> None:
    wanted, other = one_of_each(office)
    everything = found(office, receipt=" ", account_contains="", narrative="  ", funds=[" "], card_first="")
    assert everything == {wanted.reference, other.reference}


def test_days_are_those_of_london(office: Installation) -> None:
    winter = a_receipt(recorded_at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    summer = a_receipt(recorded_at=datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    record(office, winter, summer)
    assert found(office, recorded_from=date(2026, 4, 1)) == {summer.reference}
    assert found(office, recorded_to=date(2026, 3, 31)) == {winter.reference}
    assert found(office, recorded_from=date(2026, 3, 28), recorded_to=date(2026, 3, 28)) == {winter.reference}
    assert found(office, recorded_from=date(2026, 3, 29), recorded_to=date(2026, 3, 31)) == set()


def test_narratives_kept_as_personal_data_are_found_and_shown(office: Installation) -> None:
    told = a_receipt(line(narrative='Mrs "Zoë" narrative'))
    record(office, told, a_receipt(line(narrative="other")), personal_narratives=True)
    assert found(office, narrative='"Zoë"') == {told.reference}
    assert found(office, narrative='{"narr') == set()
    (row,) = search(office, Criteria(narrative="mrs")).rows
    assert row.narrative == 'Mrs "Zoë" narrative'


def test_income_is_found_by_the_file_it_came_from(office: Installation) -> None:
    bank, rows = new_id(), ReceivedFile(id=new_id(), sha256="a" * 64, size=3, name="agency.csv")
    banked = statement_line(id=bank)
    statement = Statement(
        id=banked.statement, file=new_id(), key="1", account="main", number="1", format="camt053", opening=None,
        closing=None, credits=Money(120_00), debits=Money(0), lines=1, not_booked=0, first_on=DAY, last_on=DAY,
        evidence=Evidence.UNPROVED, content="c" * 64, seen_lines=0, seen=Money(0),
    )  # fmt: skip
    with office.store.unit("import", by="tester") as unit:
        files.add(unit, rows, [b"abc"])
        files.add(unit, ReceivedFile(id=statement.file, sha256="b" * 64, size=3, name="bank.xml"), [b"def"])
        statements.add(unit, statement)
        statements.add_lines(unit, [banked])
        unit.commit()
    by_bank = a_receipt(origin=Origin("statement_line", str(bank)))
    by_row = a_receipt(origin=Origin("income_row", f"{rows.id}/17"))
    record(office, by_bank, by_row, a_receipt())
    assert found(office, file=str(statement.file)) == {by_bank.reference}
    assert found(office, file="B" * 64) == {by_bank.reference}
    assert found(office, file=str(rows.id)) == {by_row.reference}
    with pytest.raises(NotFound, match="There is no file"):
        found(office, file="nowhere.csv")


def test_the_newest_come_first_and_pages_together_are_everything(office: Installation) -> None:
    made = [
        a_receipt(line(amount=Money(n * 100)), line(fund="05", amount=Money(n)), recorded_at=NOW + timedelta(hours=n // 3))
        for n in range(1, 24)
    ]  # fmt: skip
    record(office, *made)
    cursor, rows, sizes = None, [], []
    while True:
        page = search(office, Criteria(), cursor=cursor)
        rows, cursor = [*rows, *page.rows], page.next_cursor
        sizes.append(len(page.rows))
        assert (page.total_count, page.total) == (46, Money.total(each.total for each in made))
        if cursor is None:
            break
    assert sizes == [20, 20, 6]
    assert [row.recorded_at for row in rows] == sorted((row.recorded_at for row in rows), reverse=True)
    whole = sorted(made, key=lambda each: (each.recorded_at, each.id), reverse=True)
    assert [row.reference for row in rows] == [own.reference for each in whole for own in each.lines]


def test_what_is_recorded_meanwhile_moves_no_page(office: Installation) -> None:
    record(office, *[a_receipt(recorded_at=NOW + timedelta(minutes=n)) for n in range(30)])
    first = search(office, Criteria())
    record(office, *[a_receipt(recorded_at=NOW + timedelta(hours=n)) for n in range(1, 6)])
    second = search(office, Criteria(), cursor=first.next_cursor)
    seen = [row.receipt for row in (*first.rows, *second.rows)]
    assert len(seen) == len(set(seen)) == 30


def test_a_cursor_of_another_search_or_none_at_all_is_refused(office: Installation) -> None:
    record(office, *[a_receipt() for _ in range(3)])
    cursor = search(office, Criteria(), limit=1).next_cursor
    assert cursor is not None
    tampered = [cursor[:-2] + "AA", cursor[:20], "", "é", "{}", "A" * 60, cursor + cursor]
    for wrong in tampered:
        with pytest.raises(InvalidValue, match="Begin with the first page"):
            search(office, Criteria(), cursor=wrong)
    with pytest.raises(InvalidValue, match="Begin with the first page"):
        search(office, Criteria(funds=["23"]), cursor=cursor)


@given(st.text())
def test_no_text_is_taken_for_a_cursor(text: str) -> None:
    from localgov_ims.service.enquiries.searching import _place

    with pytest.raises(InvalidValue, match="cursor"):
        _place(Criteria(), text)


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_page_has_a_limit(office: Installation, limit: int) -> None:
    with pytest.raises(InvalidValue, match="1 to 500"):
        search(office, Criteria(), limit=limit)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"card_first": "4929123"}, "not_digits"), ({"card_first": "49%"}, "not_digits"),
        ({"card_last": "007"}, "not_digits"), ({"narrative": "x" * 256}, "criterion_too_long"),
        ({"user": "a\0b"}, "criterion_too_long"),
        ({"recorded_from": date(2026, 5, 2), "recorded_to": date(2026, 5, 1)}, "days_reversed"),
    ],
)  # fmt: skip
def test_criteria_that_could_find_nothing_are_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidValue) as error:
        Criteria(**asked)
    assert error.value.code == code


def test_unknown_funds_and_methods_are_refused(office: Installation) -> None:
    with pytest.raises(InvalidValue, match="There is no fund '99'"):
        search(office, Criteria(funds=["99"]))
    with pytest.raises(InvalidValue, match="There is no method '99'"):
        search(office, Criteria(methods=["99"]))


def exported(installation: Installation, criteria: Criteria, kind: Format = Format.CSV) -> bytes:
    stream = io.BytesIO()
    export(installation, criteria, kind, stream)
    return stream.getvalue()


def test_rows_counts_totals_and_exports_keep_to_the_users_funds(office: Installation) -> None:
    mixed = a_receipt(line(amount=Money(10_00)), line(fund="05", amount=Money(20_00), account_reference="7"))
    record(office, mixed, a_receipt(line(fund="05", amount=Money(1))))
    clerk = with_user(office, "clerk", *LISTS, funds=["23"])
    page = search(clerk, Criteria())
    assert [row.fund for row in page.rows] == ["23"]
    assert (page.total_count, page.total) == (1, Money(10_00))
    rows = list(csv.DictReader(io.StringIO(exported(clerk, Criteria()).decode())))
    assert [(row["fund"], row["amount"]) for row in rows] == [("23", "10.00")]
    with pytest.raises(NotPermitted) as error:
        search(clerk, Criteria(funds=["05"]))
    assert error.value.code == "fund_not_permitted"


def test_somebody_without_a_fund_finds_nothing(office: Installation) -> None:
    record(office, a_receipt())
    page = search(with_user(office, "nobody", *LISTS), Criteria())
    assert (page.rows, page.total_count, page.total) == ((), 0, Money(0))


def test_searching_needs_its_permission_and_is_refused_before_anything_is_looked_up(
    office: Installation,
) -> None:
    stranger = with_user(office, "stranger", Permission.PAYMENT_TAKE, funds=["23"])
    for act in (
        lambda: search(stranger, Criteria(file="nowhere")),
        lambda: view_transaction(stranger, "nowhere"),
        lambda: exported(stranger, Criteria(file="nowhere")),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(NotSignedIn):
        search(evolve(office, actor="ghost"), Criteria())


def test_of_a_mixed_transaction_a_user_sees_their_lines_and_how_many_are_hidden(office: Installation) -> None:
    mixed = a_receipt(
        line(amount=Money(10_00)), line(fund="05", amount=Money(20_00)), line(fund="13", amount=Money(30_00)),
        payer=Payer(name="Anne Example"),
    )  # fmt: skip
    record(office, mixed)
    clerk = with_user(office, "clerk", *LISTS, funds=["23", "13"])
    view = view_transaction(clerk, f" {shown(mixed.reference)} ")
    assert [own.fund for own in view.transaction.lines] == ["23", "13"]
    assert (view.hidden, view.transaction.payer.name) == (1, "Anne Example")
    whole = view_transaction(office, mixed.reference)
    assert (whole.transaction, whole.hidden) == (mixed, 0)
    with pytest.raises(NotPermitted, match="not yours"):
        view_transaction(with_user(office, "other", *LISTS, funds=["2R"]), mixed.reference)
    with pytest.raises(NotFound, match="no transaction"):
        view_transaction(clerk, "K7MP-2QXW-9TRN")


def test_a_user_sees_their_leg_of_a_transfer(office: Installation) -> None:
    moved = a_transfer([line()], [line(fund="05")])
    record(office, moved)
    view = view_transaction(with_user(office, "clerk", *LISTS, funds=["05"]), moved.reference)
    assert [own.amount for own in view.transaction.lines] == [Money(120_00)]
    assert view.hidden == 1


HEADER = (
    "line_reference,payment_reference,provider_reference,office,recorded_at,taken_on,account_reference,user,fund,mop,"
    "amount,vat_code,vat_rate,vat,narrative"
)


def test_an_export_has_every_row_in_the_agreed_shape(office: Installation) -> None:
    with_payment = a_receipt(
        evolve(garden_line(gross="12.00", vat="2.00"), vat_treatment=Treatment.STANDARD, narrative="=1+1"),
        payment="K7MP2QXW9TRN", provider="cardco", provider_reference="pi_1", office="01",
        taken_at=datetime(2026, 5, 12, 9, 15, tzinfo=UTC),
    )  # fmt: skip
    without = a_receipt(recorded_at=NOW - timedelta(days=100))
    record(office, with_payment, without)
    lines = exported(office, Criteria()).decode().split("\r\n")
    assert lines == [
        HEADER,
        (
            "K7MP2QXW9TRN_1,K7MP2QXW9TRN,pi_1,01,2026-05-12T10:30:00+01:00,2026-05-12T10:15:00+01:00,,tester,13,90,"
            "12.00,S,0.200,2.00,'=1+1"
        ),
        (
            f"{without.reference}_1,{without.reference},,,2026-02-01T09:30:00+00:00,2026-05-12,612345674,tester,23,90,"
            "120.00,,0.000,0.00,"
        ),
        "",
    ]


def test_every_format_has_all_rows_beyond_a_page(office: Installation) -> None:
    from python_calamine import CalamineWorkbook

    record(office, *[a_receipt() for _ in range(MOST + 1)])
    assert len(exported(office, Criteria()).splitlines()) == MOST + 2
    assert len(json.loads(exported(office, Criteria(), Format.JSON))) == MOST + 1
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(office, Criteria(), Format.XLSX)))
    rows = book.get_sheet_by_index(0).to_python()
    assert (len(rows), ",".join(map(str, rows[0]))) == (MOST + 2, HEADER)
