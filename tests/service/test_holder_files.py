"""Files of account holders as imports: changes only or all there are, once, held where too much would close, taken back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.conftest import on_sqlite
from tests.service.staff import staff

from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.import_types import HoldersMode, ImportKind, ImportType, OnBadRow, TotalsNeeded
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import Declared
from localgov_ims.errors import NotPermitted
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.holders.loading import import_holders
from localgov_ims.service.holders.seeing import history, holder, save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import bulk_holders, personal
from localgov_ims.storage import holders as stored

HEADER = "fund,account_reference,surname,balance"
DAY = date(2026, 5, 13)


def house(installation: Installation, **given: Any) -> Installation:
    """Return the council with an import type `tenants` of these policies."""
    made: dict[str, Any] = {
        "code": "tenants", "name": "Tenants", "kind": ImportKind.ACCOUNTS, "format": "account-holders",
    }  # fmt: skip
    kind = ImportType(**made | given)
    two_person = evolve(installation.council.two_person, import_reversal=False)
    council = evolve(
        installation.council,
        import_types={**installation.council.import_types, kind.code: kind},
        two_person=two_person,
    )
    return evolve(installation, council=council)


def full(installation: Installation, **given: Any) -> Installation:
    return house(installation, **{"mode": HoldersMode.FULL, "funds": ("SUSP",), "max_closures": 100} | given)


def send(
    desk: Installation, *lines: str, header: str = HEADER, name: str = "t.csv", **said: Any
) -> ImportResult:
    data = "\r\n".join([header, *lines]).encode() + b"\r\n"
    incoming = Incoming(
        name=name, stream=io.BytesIO(data), declared=Declared(**{"import_type": "tenants"} | said)
    )
    result = import_file(desk, incoming)
    assert not [report for report in verify(desk) if not report.holds]
    return result


def told(result: ImportResult) -> Mapping[str, int]:
    return {name: result.report[name] for name in result.report if name in _COUNTS and result.report[name]}


_COUNTS = {"added", "changed", "unchanged", "repeated", "closed", "reopened", "set_aside"}


def codes(result: ImportResult) -> list[tuple[str, str]]:
    return [(issue.code, issue.place) for issue in result.issues]


def says(desk: Installation, reference: str) -> tuple[str | None, str | None, date | None, int]:
    found = holder(desk, "SUSP", reference)
    balance = str(found.balance) if found.balance is not None else None
    return found.person.surname, balance, found.closed_on, found.number


def test_a_file_adds_and_changes_and_each_version_names_file_and_row(installation: Installation) -> None:
    desk = house(installation)
    first = send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    assert (first.status, told(first)) == ("recorded", {"added": 2})
    second = send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,3.00", name="may.csv")
    assert (second.status, told(second)) == ("recorded", {"changed": 1, "unchanged": 1})
    assert [each.holder.source for each in history(desk, "SUSP", "B")] == ["t.csv, row 2", "may.csv, row 2"]
    assert second.report["balance_pence"] == 400
    assert send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,3.00", name="other.csv").status == "seen"


def test_equal_rows_of_one_account_count_once_and_differing_ones_refuse(installation: Installation) -> None:
    desk = house(installation)
    same = send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00", "SUSP,A,Jones,1.00")
    assert told(same) == {"added": 2, "repeated": 1}
    other = send(desk, "SUSP,A,Jones,1.00", "SUSP,A,Jones,1.01")
    assert (other.status, codes(other)) == ("refused", [("duplicate-id", "line 3")])
    assert says(desk, "A") == ("Jones", "1.00", None, 1)


def test_a_full_file_closes_what_is_not_in_it_and_opens_what_returns(installation: Installation) -> None:
    desk = full(installation)
    send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    gone = send(desk, "SUSP,A,Jones,1.00", "SUSP,C,Brown,3.00")
    assert told(gone) == {"added": 1, "unchanged": 1, "closed": 1}
    assert says(desk, "B") == ("Smith", "2.00", DAY, 2)
    assert holder(desk, "SUSP", "B").source == "t.csv, not in it"
    back = send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00", "SUSP,C,Brown,3.00")
    assert told(back) == {"changed": 1, "unchanged": 2, "reopened": 1}
    assert says(desk, "B") == ("Smith", "2.00", None, 3)


def test_a_full_file_leaves_other_funds_and_what_is_closed_already(installation: Installation) -> None:
    desk = full(installation)
    save_holder(desk, AccountHolder(fund="05", account_reference="12345678902"))
    save_holder(desk, AccountHolder(fund="SUSP", account_reference="OLD", closed_on=date(2020, 1, 1)))
    assert told(send(desk, "SUSP,A,Jones,1.00")) == {"added": 1}
    assert holder(desk, "05", "12345678902").closed_on is None
    assert says(desk, "OLD")[2:] == (date(2020, 1, 1), 1)
    refused = send(desk, "05,12345678902,Jones,1.00", "SUSP,A,Jones,1.00")
    assert codes(refused) == [("unknown-code", "line 2")]


def test_a_full_file_that_says_the_day_of_closing_is_taken_at_its_word(installation: Installation) -> None:
    desk = full(installation)
    header = "fund,account_reference,closed_on"
    send(desk, "SUSP,A,2026-01-01", "SUSP,B,", header=header)
    assert says(desk, "A")[2:] == (date(2026, 1, 1), 1)
    again = send(desk, "SUSP,A,2026-01-01", "SUSP,B,2026-02-01", header=header)
    assert told(again) == {"changed": 1, "unchanged": 1, "closed": 1}


@pytest.mark.parametrize(("most", "status"), [(49, "held"), (50, "recorded")])
def test_too_many_closures_hold_the_file_until_a_person_decides(
    installation: Installation, most: int, status: str
) -> None:
    desk = full(installation, max_closures=most)
    send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    result = send(desk, "SUSP,A,Jones,5.00", "SUSP,C,Jones,5.00")
    assert result.status == status
    if status == "held":
        assert [code for code, _ in codes(result)] == ["too-many-closures"]
        assert (says(desk, "A")[1], says(desk, "B")[2]) == ("1.00", None)
        assert decide_file(desk, str(result.file), accept=True, reason="Sold the flats").status == "recorded"
    assert (says(desk, "A")[1], says(desk, "B")[2]) == ("5.00", DAY)


def test_a_full_file_without_rows_closes_nothing(installation: Installation) -> None:
    desk = full(installation)
    send(desk, "SUSP,A,Jones,1.00")
    empty = send(desk)
    assert empty.status == "refused"
    assert {code for code, _ in codes(empty)} == {"truncated"}
    assert says(desk, "A")[2] is None


@on_sqlite
def test_rows_that_are_wrong_refuse_the_file_or_are_set_aside(installation: Installation) -> None:
    rows = ("SUSP,A,Jones,1.00", f"SUSP,B,{'x' * 51},2.00")
    refused = send(house(installation), *rows)
    assert (refused.status, codes(refused)) == ("refused", [("text-too-long", "line 3")])
    desk = house(installation, on_bad_row=OnBadRow.QUARANTINE)
    taken = send(desk, *rows)
    assert (taken.status, told(taken)) == ("recorded", {"added": 1, "set_aside": 1})
    assert codes(taken) == [("text-too-long", "line 3")]


@on_sqlite
def test_a_row_set_aside_in_a_full_file_does_not_close_its_account(installation: Installation) -> None:
    desk = full(installation, on_bad_row=OnBadRow.QUARANTINE)
    send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    taken = send(desk, "SUSP,A,Jones,2.00", f"SUSP,B,{'x' * 51},2.00")
    assert told(taken) == {"changed": 1, "set_aside": 1}
    assert says(desk, "B")[2] is None
    unnamed = send(desk, "SUSP,A,Jones,3.00", "SUSP,,Smith,2.00")
    assert unnamed.status == "refused"


@on_sqlite
def test_totals_that_the_sender_declared_are_proved_over_rows_and_balances(
    installation: Installation,
) -> None:
    desk = house(installation, totals=TotalsNeeded.BOTH)
    rows = ("SUSP,A,Jones,1.00", "SUSP,B,Smith,-0.50")
    assert [code for code, _ in codes(send(desk, *rows))] == ["control-missing", "control-missing"]
    wrong = send(desk, *rows, rows=3, amount=pounds("0.50"))
    assert [code for code, _ in codes(wrong)] == ["count-mismatch"]
    assert send(desk, *rows, rows=2, amount=pounds("0.50")).status == "recorded"


def test_taking_a_file_back_restores_what_was_said_before(installation: Installation) -> None:
    desk = house(installation)
    send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    result = send(desk, "SUSP,A,Jones-Lee,5.00", "SUSP,B,Smith,6.00", "SUSP,C,Brown,7.00")
    save_holder(desk, evolve(holder(desk, "SUSP", "B"), balance=Money(9_00)))
    event = reverse_file(desk, str(result.file), reason="Wrong month")
    assert event.report is not None
    assert (event.report["restored"], event.report["closed"], event.report["accounts"]) == (1, 1, ["SUSP:B"])
    assert says(desk, "A") == ("Jones", "1.00", None, 3)
    assert says(desk, "B") == ("Smith", "9.00", None, 3)
    assert says(desk, "C") == ("Brown", "7.00", DAY, 2)
    assert holder(desk, "SUSP", "A").source == "t.csv, taken back"
    again = send(desk, "SUSP,A,Jones-Lee,5.00", "SUSP,B,Smith,6.00", "SUSP,C,Brown,7.00")
    assert again.status == "recorded"
    assert says(desk, "A") == ("Jones-Lee", "5.00", None, 4)


def test_a_full_file_taken_back_opens_what_it_closed(installation: Installation) -> None:
    desk = full(installation)
    send(desk, "SUSP,A,Jones,1.00", "SUSP,B,Smith,2.00")
    result = send(desk, "SUSP,A,Jones,1.00")
    assert says(desk, "B")[2] == DAY
    reverse_file(desk, str(result.file), reason="Half a file")
    assert says(desk, "B") == ("Smith", "2.00", None, 3)


@on_sqlite
def test_who_imports_holders_needs_the_permission_and_every_fund(installation: Installation) -> None:
    desk = house(installation)
    types = desk.council.import_types
    sender = staff(desk, "sender", permissions={Permission.IMPORT_SEND}, funds=["SUSP"], import_types=types)
    with pytest.raises(NotPermitted, match=r"account\.import"):
        send(sender, "SUSP,A,Jones,1.00")
    other = staff(
        desk,
        "other",
        permissions={Permission.IMPORT_SEND, Permission.ACCOUNT_IMPORT},
        funds=["05"],
        import_types=types,
    )
    with pytest.raises(NotPermitted, match="fund SUSP"):
        send(other, "SUSP,A,Jones,1.00")


def test_bulk_versions_are_those_of_records_column_by_column(installation: Installation) -> None:
    """What is written quickly is what one record at a time writes."""
    plain = AccountHolder(
        fund="SUSP", account_reference="A", balance=Money(-1_50), period_debit=Money(1), period_credit=Money(0),
        balance_as_at=DAY, closed_on=DAY, record_type="R", message=None, user_field_1="Zoë", number=1, source="s",
        person=Person(title="Ms", forename="Zoë", surname="Ünal", address_1="1 High St", postcode="AB1 2CD"),
    )  # fmt: skip
    header = "fund,account_reference,title,forename,surname,address_1,postcode,balance,period_debit,period_credit,balance_as_at,closed_on,record_type,user_field_1"
    row = "SUSP,B,Ms,Zoë,Ünal,1 High St,AB1 2CD,-1.50,0.01,0.00,2026-05-13,2026-05-13,R,Zoë"
    with installation.unit("save_holder") as unit:
        stored.add(unit, [plain], at=unit.at, by="tester")
        unit.commit()
    import_holders(installation, io.BytesIO(f"{header}\r\n{row}\r\n".encode()), source="s")
    own = {"id", "account_reference", "unit", "ordinal", "seal", "personal"}
    with installation.store.reading() as connection:
        rows = (
            connection.execute(stored.holders.select().order_by(stored.holders.c.account_reference))
            .mappings()
            .all()
        )
        values = {
            row["record"]: row["value"] for row in connection.execute(personal.data.select()).mappings()
        }
        known = bulk_holders.latest(connection, [("SUSP", "A"), ("SUSP", "B")])
    first, second = ({name: row[name] for name in row if name not in own} for row in rows)
    assert first == second
    assert values[rows[0]["id"]] == values[rows[1]["id"]]
    assert known["SUSP", "A"] == known["SUSP", "B"]
    assert not [report for report in verify(installation) if not report.holds]
