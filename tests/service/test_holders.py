"""Account holders: seen, found, changed as versions, stopped, and loaded by the file."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import pounds
from tests.conftest import MovableClock, on_sqlite
from tests.service.staff import staff

from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotFound, NotPermitted, RuleViolation
from localgov_ims.files.holder_csv import read_rows, write_rows
from localgov_ims.files.holder_fields import FIELDS, HolderRow, applied
from localgov_ims.files.limits import Limits
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.holders import seeing as service
from localgov_ims.service.holders.loading import HoldersLoaded, import_holders
from localgov_ims.service.holders.seeing import (
    every_holder,
    find_holders,
    history,
    holder,
    save_holder,
    set_message,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.storage import holders as stored
from localgov_ims.storage import personal
from localgov_ims.storage.audit import entries

HEADER = "fund,account_reference"


def an_account(**given: object) -> AccountHolder:
    return AccountHolder(**{"fund": "23", "account_reference": "612345674"} | given)  # type: ignore[arg-type]


def load(installation: Installation, *lines: str, source: str = "holders.csv") -> HoldersLoaded:
    stream = io.BytesIO("\r\n".join(lines).encode())
    return import_holders(installation, stream, source=source)


def faults(loaded: HoldersLoaded) -> list[tuple[str, str, str]]:
    return [(issue.code, issue.place, issue.field) for issue in loaded.issues]


def code(error: pytest.ExceptionInfo[ImsError]) -> str:
    return error.value.code


# --- One by one ---------------------------------------------------------------------------------------


def test_each_change_is_a_version_with_number_time_person_and_source(
    installation: Installation, clock: MovableClock
) -> None:
    first = save_holder(installation, an_account(balance=pounds("120.00"), person=Person(surname="Jones")))
    clock.moment += timedelta(days=1)
    save_holder(installation, evolve(first, balance=pounds("100.00"), source="phone call"))
    found = history(installation, "23", "612345674")
    assert [(v.holder.number, v.holder.balance, v.by, v.holder.source) for v in found] == [
        (1, pounds("120.00"), "tester", "tester"),
        (2, pounds("100.00"), "tester", "phone call"),
    ]
    assert found[1].at - found[0].at == timedelta(days=1)
    assert found[1].holder.person.surname == "Jones"
    assert holder(installation, "23", "612345674") == found[1].holder


def test_saving_what_is_known_already_makes_no_version(installation: Installation) -> None:
    first = save_holder(installation, an_account(balance=pounds("1.00")))
    assert save_holder(installation, evolve(first, source="again")) == first
    assert len(history(installation, "23", "612345674")) == 1


def test_every_field_of_an_account_is_kept(installation: Installation) -> None:
    whole = an_account(
        person=Person(
            title="Dr", forename="Ann", surname="O'Neill-Ó", address_1="1 High Street", address_2="Flat 2",
            address_3="Town", address_4="County", postcode="AB1 2CD",
        ),
        balance=Money(-5), period_debit=Money(100), period_credit=Money(0), balance_as_at=date(2026, 5, 1),
        closed_on=date(2026, 6, 1), record_type="CTAX", user_field_1="one", user_field_2="two", user_field_3="three",
        message="bailiff", source="typed",
    )  # fmt: skip
    assert save_holder(installation, whole) == evolve(whole, number=1)
    assert holder(installation, "23", "612345674") == evolve(whole, number=1)


def test_the_trail_says_which_fields_changed_and_never_what_they_hold(installation: Installation) -> None:
    first = save_holder(installation, an_account(person=Person(surname="Secretname")))
    save_holder(installation, evolve(first, balance=pounds("77.77")))
    entry = show_audit(installation, action="save_holder")[-1]
    with installation.store.reading() as connection:
        details = list(connection.execute(sa.select(entries.c.detail)).scalars())
    assert any('"changed":["balance"]' in detail and '"version":2' in detail for detail in details)
    assert entry is not None
    assert not any("Secretname" in detail or "7777" in detail for detail in details)


def test_a_reference_is_kept_and_looked_up_in_its_canonical_form(installation: Installation) -> None:
    made = save_holder(installation, an_account(fund="2R", account_reference=" fp2000012a "))
    assert made.account_reference == "FP2000012A"
    assert holder(installation, "2R", "Fp2000012a ") == made


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        ({"fund": "99"}, InvalidValue, "unknown_fund"),
        ({"account_reference": "612345675"}, InvalidValue, "reference_check_digit"),
        ({"account_reference": "61234567"}, InvalidValue, "reference_length"),
        ({"fund": "SUSP", "account_reference": " "}, InvalidValue, "text_missing"),
        ({"message": "nothing"}, RuleViolation, "message_not_found"),
        ({"fund": "05", "account_reference": "12345678902", "message": "bailiff"}, RuleViolation, "message_of_other_fund"),
        ({"number": 3}, NotFound, "account_not_found"),
    ],
)  # fmt: skip
def test_what_a_person_says_wrongly_is_refused(
    installation: Installation, given: dict[str, object], kind: type[ImsError], expected: str
) -> None:
    with pytest.raises(kind) as refused:
        save_holder(installation, an_account(**given))
    assert code(refused) == expected


def test_a_change_on_an_older_version_is_refused_with_who_was_faster_and_when(
    installation: Installation,
) -> None:
    first = save_holder(installation, an_account())
    save_holder(staff_who_edit(installation), evolve(first, balance=pounds("2.00")))
    with pytest.raises(
        RuleViolation, match=r"changed meanwhile, by clerk on 13 May 2026 at 08:00"
    ) as refused:
        save_holder(installation, evolve(first, balance=pounds("3.00")))
    assert code(refused) == "changed_meanwhile"
    assert (refused.value.data["number"], refused.value.data["by"]) == (2, "clerk")
    assert holder(installation, "23", "612345674").balance == pounds("2.00")


def test_of_two_who_add_an_account_at_once_one_is_told_of_the_other(installation: Installation) -> None:
    told: list[str] = []

    def add(name: str) -> None:
        try:
            save_holder(installation, an_account(user_field_1=name))
        except RuleViolation as error:
            told.append(error.code)

    racers = [threading.Thread(target=add, args=(name,)) for name in "abcd"]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert told == ["changed_meanwhile"] * 3
    assert len(history(installation, "23", "612345674")) == 1


def test_a_race_that_the_database_decides_is_told_as_a_change_too(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL two units read the same newest version; whoever commits second meets the other's."""
    first = save_holder(installation, an_account())
    save_holder(installation, evolve(first, balance=pounds("2.00")))

    def clash(*_: object, **__: object) -> None:
        raise AlreadyDone("already_recorded", "Somebody was faster.", table="account_holders")

    newest = evolve(first, number=2, balance=pounds("9.00"))
    monkeypatch.setattr(service.stored, "add", clash)
    with pytest.raises(RuleViolation) as refused:
        save_holder(installation, newest)
    assert code(refused) == "changed_meanwhile"


# --- Stops --------------------------------------------------------------------------------------------


def test_a_message_is_put_on_and_taken_off_and_nothing_else_changes(installation: Installation) -> None:
    first = save_holder(installation, an_account(balance=pounds("5.00"), source="file"))
    stopped = set_message(installation, fund="23", account_reference="612345674", message="bailiff")
    assert stopped == evolve(first, number=2, message="bailiff", source="tester")
    free = set_message(installation, fund="23", account_reference="612345674", message=None)
    assert free == evolve(first, number=3, source="tester")
    assert set_message(installation, fund="23", account_reference="612345674", message=None) == free


def test_an_account_that_is_not_there_is_not_stopped(installation: Installation) -> None:
    with pytest.raises(NotFound, match="Fund 23 has no account 612345674") as refused:
        set_message(installation, fund="23", account_reference="612345674", message="bailiff")
    assert code(refused) == "account_not_found"


@pytest.mark.parametrize(
    ("message", "expected"), [("none", "message_not_found"), ("bailiff", "message_of_other_fund")]
)
def test_an_account_takes_only_messages_of_its_fund(
    installation: Installation, message: str, expected: str
) -> None:
    save_holder(installation, an_account(fund="05", account_reference="12345678902"))
    with pytest.raises(RuleViolation, match="Messages of fund 05: none") as refused:
        set_message(installation, fund="05", account_reference="12345678902", message=message)
    assert code(refused) == expected


def test_an_account_with_a_reference_that_does_not_fit_can_be_stopped_and_corrected(
    installation: Installation,
) -> None:
    load(installation, HEADER, "23,999")
    stopped = set_message(installation, fund="23", account_reference="999", message="bailiff")
    assert save_holder(installation, evolve(stopped, user_field_1="seen")).number == 3


# --- Who may ------------------------------------------------------------------------------------------


def staff_who_edit(installation: Installation) -> Installation:
    return staff(installation, "clerk", permissions=[Permission.ACCOUNT_EDIT], funds=["23"])


def test_editing_needs_the_permission_and_the_fund(installation: Installation) -> None:
    clerk = staff_who_edit(installation)
    assert save_holder(clerk, an_account()).number == 1
    with pytest.raises(NotPermitted) as refused:
        save_holder(clerk, an_account(fund="05", account_reference="12345678902"))
    assert code(refused) == "fund_not_permitted"
    viewer = staff(installation, "viewer", permissions=[Permission.ACCOUNT_VIEW], funds=["23"])
    for act in (
        lambda: save_holder(viewer, an_account()),
        lambda: set_message(viewer, fund="23", account_reference="612345674", message=None),
        lambda: load(viewer, HEADER),
    ):
        with pytest.raises(NotPermitted) as refused:
            act()
        assert code(refused) == "not_permitted"


def test_seeing_needs_the_permission_and_the_fund_before_anything_is_looked_up(
    installation: Installation,
) -> None:
    viewer = staff(installation, "viewer", permissions=[Permission.ACCOUNT_VIEW], funds=["23"])
    with pytest.raises(NotPermitted):
        holder(viewer, "05", "nothing there")
    with pytest.raises(NotFound):
        holder(viewer, "23", "nothing there")
    for act in (holder, history):
        with pytest.raises(NotPermitted):
            act(
                staff_who_edit(installation) if act is holder else installation.acting("clerk"),
                "23",
                "612345674",
            )


def test_nobody_sees_or_changes_what_is_safeguarded(installation: Installation) -> None:
    first = save_holder(installation, an_account(person=Person(surname="Jones")))
    restrict_account(
        installation,
        fund="23",
        account_reference="612345674",
        kind=RestrictionKind.SAFEGUARDING,
        reason="At risk",
    )
    may = [Permission.ACCOUNT_VIEW, Permission.ACCOUNT_EDIT, Permission.ACCOUNT_IMPORT]
    clerk = staff(installation, "clerk", permissions=may, funds=["23"])
    with pytest.raises(NotPermitted):
        holder(clerk, "23", "612345674")
    with pytest.raises(NotPermitted):
        save_holder(clerk, evolve(first, balance=pounds("1.00")))
    assert find_holders(clerk, surname="Jones").holders == ()
    with every_holder(clerk) as every:
        assert list(every) == []
    assert find_holders(installation, surname="Jones").holders == (first,)


# --- Finding ------------------------------------------------------------------------------------------


@pytest.fixture
def three(installation: Installation) -> Installation:
    """Give a council with three accounts, one of them in an earlier version called otherwise."""
    loaded = load(
        installation,
        "fund,account_reference,surname,postcode",
        "23,612345674,Ó Brien,AB1 2CD",
        '05,12345678902,"O""Brien % Söhne",AB12CD',
        "2R,FP20000050,Obrian,ZZ9 9ZZ",
    )
    assert not loaded.refused
    renamed = holder(installation, "2R", "FP20000050")
    save_holder(installation, evolve(renamed, person=Person(surname="Smith", postcode="ZZ9 9ZZ")))
    return installation


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("asked", "funds"),
    [
        ({"reference": "6123"}, ["23"]),
        ({"reference": "fp2"}, ["2R"]),
        ({"reference": "%"}, []),
        ({"reference": "_12345674"}, []),
        ({"surname": "ó brien"}, ["23"]),
        ({"surname": "o"}, ["05"]),
        ({"surname": 'o"brien % s'}, ["05"]),
        ({"surname": "obrian"}, []),
        ({"surname": "smith"}, ["2R"]),
        ({"postcode": "ab12cd"}, ["05", "23"]),
        ({"postcode": "AB1 2C"}, []),
        ({"postcode": "ab1 2cd", "fund": "23"}, ["23"]),
        ({"postcode": "ab1 2cd", "reference": "1"}, ["05"]),
    ],
)
def test_accounts_are_found_by_reference_name_and_postcode(
    three: Installation, asked: dict[str, str], funds: list[str]
) -> None:
    found = find_holders(three, **asked)  # type: ignore[arg-type]
    assert [each.fund for each in found.holders] == funds
    assert not found.more


def test_a_search_ends_at_its_limit_and_says_that_there_is_more(three: Installation) -> None:
    found = find_holders(three, postcode="AB1 2CD", limit=1)
    assert ([each.fund for each in found.holders], found.more) == (["05"], True)
    assert not find_holders(three, postcode="AB1 2CD", limit=2).more


def test_a_search_gives_only_accounts_of_the_users_funds(three: Installation) -> None:
    viewer = staff(three, "viewer", permissions=[Permission.ACCOUNT_VIEW], funds=["23"])
    assert [each.fund for each in find_holders(viewer, postcode="AB1 2CD").holders] == ["23"]
    with pytest.raises(NotPermitted):
        find_holders(viewer, postcode="AB1 2CD", fund="05")


def test_a_search_for_nothing_or_too_much_is_refused(installation: Installation) -> None:
    for asked, expected in (
        ({"fund": "23"}, "nothing_to_find"), ({"surname": "a", "limit": 0}, "bad_limit"),
        ({"surname": "a", "limit": 501}, "bad_limit"),
    ):  # fmt: skip
        with pytest.raises(InvalidValue) as refused:
            find_holders(installation, **asked)  # type: ignore[arg-type]
        assert code(refused) == expected


# --- Loading files ------------------------------------------------------------------------------------


def test_a_file_loads_new_accounts_changes_others_and_leaves_the_rest(installation: Installation) -> None:
    header = f"{HEADER},surname,balance,balance_as_at"
    first = load(installation, header, "23,612345674,Jones,10.00,2026-05-01", "05,12345678902,Smith,5.5,")
    assert (first.refused, first.added, first.changed, first.unchanged, first.rows) == (False, 2, 0, 0, 2)
    second = load(
        installation, header, "23,612345674,Jones,12.00,2026-05-02", "05,12345678902,Smith,5.50,",
        "2R,FP20000050,Brown,,", source="may.csv",
    )  # fmt: skip
    assert (second.added, second.changed, second.unchanged) == (1, 1, 1)
    assert holder(installation, "23", "612345674") == an_account(
        person=Person(surname="Jones"), balance=pounds("12.00"), balance_as_at=date(2026, 5, 2), number=2,
        source="may.csv",
    )  # fmt: skip
    assert len(history(installation, "05", "12345678902")) == 1


def test_the_same_file_again_changes_nothing_and_leaves_no_trace(installation: Installation) -> None:
    load(installation, HEADER, "23,612345674")
    before = show_audit(installation)
    again = load(installation, HEADER, "23,612345674")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    assert len(show_audit(installation)) == len(before)


def test_a_column_that_is_not_there_stays_and_a_blank_cell_clears(installation: Installation) -> None:
    load(installation, f"{HEADER},surname,balance", "23,612345674,Jones,10.00")
    set_message(installation, fund="23", account_reference="612345674", message="bailiff")
    load(installation, f"balance,{HEADER}", ",23,612345674")
    kept = holder(installation, "23", "612345674")
    assert (kept.balance, kept.person.surname, kept.message) == (None, "Jones", "bailiff")


def test_an_account_whose_reference_does_not_fit_is_loaded_with_a_warning(installation: Installation) -> None:
    loaded = load(installation, HEADER, "23,612345675", "2R, ab ")
    assert not loaded.refused
    assert faults(loaded) == [
        ("misfit-reference", "line 2", "account_reference"), ("misfit-reference", "line 3", "account_reference"),
    ]  # fmt: skip
    assert {issue.severity for issue in loaded.issues} == {Severity.WARNING}
    assert holder(installation, "23", "612345675").number == 1
    assert [each.account_reference for each in find_holders(installation, reference="ab").holders] == ["AB"]


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("99,1,,,,", ("unknown-code", "fund")),
        (",612345674,,,,", ("missing-field", "fund")),
        ("23, ,,,,", ("missing-field", "account_reference")),
        ("23,612345674,12.345,,,", ("bad-amount", "balance")),
        ("23,612345674,£5,,,", ("bad-amount", "balance")),
        ("23,612345674,,01/05/2026,,", ("bad-date", "closed_on")),
        ("23,612345674,,20260501,,", ("bad-date", "closed_on")),
        (f"23,612345674,,,{'x' * 51},", ("bad-field", "surname")),
        (f"23,{'9' * 31},,,,", ("bad-field", "account_reference")),
        ("23,612345674,,,,nothing", ("unknown-code", "message")),
        ("05,12345678902,,,,bailiff", ("unknown-code", "message")),
        ("23,612345674,1.00", ("layout-mismatch", "")),
        ("23,055555555,,,Jones,", ("duplicate-id", "account_reference")),
    ],
)
def test_one_row_that_cannot_be_used_refuses_the_whole_file(
    installation: Installation, row: str, expected: tuple[str, str]
) -> None:
    loaded = load(installation, f"{HEADER},balance,closed_on,surname,message", "23,055555555,,,,", row)
    assert loaded.refused
    stopping = [issue for issue in loaded.issues if issue.stops]
    assert [(issue.code, issue.field, issue.place) for issue in stopping] == [(*expected, "line 3")]
    assert (loaded.rows, loaded.added) == (0, 0)
    with pytest.raises(NotFound):
        holder(installation, "23", "055555555")


def test_every_fault_of_a_file_is_told_with_its_line(installation: Installation) -> None:
    loaded = load(
        installation, f"{HEADER},balance,user_field_1", "99,1,,", '23,612345674,,"two\r\nlines"', "23,612345674,x,",
        "05,12345678902,1.234,",
    )  # fmt: skip
    assert faults(loaded) == [
        ("unknown-code", "line 2", "fund"),
        ("bad-amount", "line 5", "balance"),
        ("bad-amount", "line 6", "balance"),
    ]


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("content", "expected", "said"),
    [
        (b"", "truncated", "empty"),
        (b"fund,surname\r\n", "layout-mismatch", "lacks: account_reference"),
        (b"fund,account_reference,colour\r\n", "layout-mismatch", "unknown: colour"),
        (b"fund,account_reference,fund\r\n", "layout-mismatch", "names twice: fund"),
        (b'fund,account_reference\r\n23,"a"b\r\n', "layout-mismatch", "RFC 4180"),
        (b"fund,account_reference\r\n23,\xa3\r\n", "encoding", "UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused(
    installation: Installation, content: bytes, expected: str, said: str
) -> None:
    loaded = import_holders(installation, io.BytesIO(content), source="x.csv")
    assert [issue.code for issue in loaded.issues] == [expected]
    assert said in loaded.issues[0].message


def test_however_many_references_do_not_fit_every_fault_is_told(installation: Installation) -> None:
    loaded = load(installation, HEADER, *(f"23,{number}" for number in range(150)), "98,1", "99,1")
    assert loaded.refused
    assert [issue.value for issue in loaded.issues[:2]] == ["98", "99"]
    assert (loaded.issue_count, {issue.code for issue in loaded.issues[2:]}) == (152, {"misfit-reference"})


@pytest.mark.parametrize("row", ["23,6123\x0045674", "2\x003,612345674"])
def test_a_null_character_is_a_fault_like_any_other(installation: Installation, row: str) -> None:
    assert [issue.code for issue in load(installation, HEADER, row).issues] == ["encoding"]


def test_a_file_with_too_many_rows_is_refused() -> None:
    content = b"fund,account_reference\r\n23,1\r\n23,2\r\n23,3\r\n"
    *_, last = read_rows(io.BytesIO(content), Limits(lines=2))
    assert isinstance(last, Issue)
    assert last.code == "limit-exceeded"


def test_a_file_with_a_byte_order_mark_is_read(installation: Installation) -> None:
    content = b"\xef\xbb\xbffund,account_reference\r\n23,612345674\r\n"
    assert import_holders(installation, io.BytesIO(content), source="bom.csv").added == 1


def test_a_file_longer_than_a_block_is_loaded_whole_and_its_repeats_are_found(
    installation: Installation,
) -> None:
    rows = [f"SUSP,{number:06d}" for number in range(4100)]
    assert load(installation, HEADER, *rows).added == 4100
    loaded = load(installation, f"{HEADER},surname", *(f"{row}," for row in rows), "SUSP,000000,Jones")
    assert faults(loaded) == [("duplicate-id", "line 4102", "account_reference")]
    again = load(installation, HEADER, *rows, "SUSP,000000")
    assert (again.refused, again.unchanged) == (False, 4101)
    with installation.store.reading() as connection:
        assert sum(1 for _ in stored.every(connection)) == 4100


def test_a_message_that_is_gone_from_the_settings_does_not_refuse_a_file_of_balances(
    installation: Installation,
) -> None:
    load(installation, f"{HEADER},message", "23,612345674,bailiff")
    without = evolve(installation, council=evolve(installation.council, messages={}))
    assert load(without, f"{HEADER},balance", "23,612345674,1.00").changed == 1
    assert load(without, f"{HEADER},balance,message", "23,612345674,1.00,bailiff").unchanged == 1


def test_a_file_that_names_a_fund_of_others_is_not_permitted_and_leaves_nothing(
    installation: Installation,
) -> None:
    loader = staff(installation, "loader", permissions=[Permission.ACCOUNT_IMPORT], funds=["23"])
    assert load(loader, HEADER, "23,612345674").added == 1
    with pytest.raises(NotPermitted) as refused:
        load(loader, HEADER, "23,055555555", "05,12345678902")
    assert code(refused) == "fund_not_permitted"
    assert find_holders(installation, reference="055").holders == ()


def test_the_trail_counts_what_was_loaded_and_names_nobody(installation: Installation) -> None:
    load(installation, f"{HEADER},surname", "23,612345674,Secretname", source="may.csv")
    with installation.store.reading() as connection:
        query = sa.select(entries.c.detail).where(entries.c.action == "import_holders")
        (detail,) = connection.execute(query).scalars()
    assert '"added":1' in detail
    assert '"source":"may.csv"' in detail
    assert "Secretname" not in detail
    assert "612345674" not in detail


def test_a_file_beaten_by_somebody_else_is_loaded_on_what_they_left(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, beaten = stored.add, iter([True])

    def beaten_once(*args: object, **kwargs: object) -> None:
        if next(beaten, False):
            raise AlreadyDone("already_recorded", "Somebody was faster.", table="account_holders")
        add(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(stored, "add", beaten_once)
    assert load(installation, HEADER, "23,612345674").added == 1


def test_a_person_whose_data_was_retired_is_not_known_any_more(installation: Installation) -> None:
    save_holder(installation, an_account(person=Person(surname="Jones"), balance=pounds("1.00")))
    with installation.store.unit("retire", by="tester") as unit:
        (record,) = unit.connection.execute(sa.select(stored.holders.c.id)).scalars()
        unit.connection.execute(sa.delete(personal.data).where(personal.data.c.record == record))
        unit.commit()
    kept = holder(installation, "23", "612345674")
    assert (kept.person, kept.balance) == (Person(), pounds("1.00"))


# --- Files out and in again ---------------------------------------------------------------------------

_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=10)
_pence = st.integers(-(10**12), 10**12).map(Money)  # what one account may owe or have


def _maybe(kept: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | kept


@st.composite
def accounts(draw: st.DrawFn) -> AccountHolder:
    """Draw an account holder with anything that a text may hold."""
    texts = _maybe(_words)
    person = {
        name: draw(texts) for name in ("title", "forename", "surname", "address_1", "address_4", "postcode")
    }
    reference = draw(_words.filter(lambda text: text.strip() == text and text))
    own = {name: draw(texts) for name in ("record_type", "user_field_1", "user_field_3")}
    amounts = {name: draw(_maybe(_pence)) for name in ("balance", "period_debit", "period_credit")}
    days = {name: draw(_maybe(st.dates())) for name in ("balance_as_at", "closed_on")}
    return an_account(account_reference=reference, person=Person(**person), **own, **amounts, **days)


@given(st.lists(accounts(), max_size=4))
def test_what_is_written_as_csv_is_read_as_the_same(made: list[AccountHolder]) -> None:
    out = io.StringIO(newline="")
    assert write_rows(made, out) == len(made)
    rows = list(read_rows(io.BytesIO(out.getvalue().encode())))
    found = []
    for row in rows:
        assert isinstance(row, HolderRow)
        fund, reference = row.key
        found.append(applied(row, AccountHolder(fund=fund, account_reference=reference)))
    assert found == made


def test_no_cell_of_a_file_is_a_formula_and_amounts_stay_amounts() -> None:
    out = io.StringIO(newline="")
    write_rows([an_account(person=Person(surname="=CMD()", forename="'-x"), balance=Money(-500))], out)
    header, row = out.getvalue().split("\r\n")[:2]
    assert header == ",".join(FIELDS)
    assert row.startswith("23,612345674,,''-x,'=CMD(),,,,,,-5.00,")


@pytest.fixture
def exported(three: Installation) -> Iterator[list[AccountHolder]]:
    """Give every account that somebody with two funds takes out."""
    loader = staff(three, "loader", permissions=[Permission.ACCOUNT_IMPORT], funds=["23", "2R"])
    with every_holder(loader) as found:
        yield list(found)


def test_accounts_of_the_users_funds_are_taken_out_as_of_their_latest_version(
    exported: list[AccountHolder],
) -> None:
    assert [(each.fund, each.person.surname) for each in exported] == [("23", "Ó Brien"), ("2R", "Smith")]


def test_taking_the_register_out_needs_the_permission_to_load_it(installation: Installation) -> None:
    viewer = staff(installation, "viewer", permissions=[Permission.ACCOUNT_VIEW], funds=["23"])
    with pytest.raises(NotPermitted), every_holder(viewer):
        pass
