"""Subject access: all that is held of a person comes out, and nothing of anybody else."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from attrs import evolve
from tests.builders import NOW, a_receipt, line, statement_line
from tests.persons import with_everything, with_user
from tests.service.test_retaining import MAIL, NAME, record_past

from localgov_ims.documents.subject_access import Section, SubjectAccess, as_html, as_json
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.errors import InvalidValue, NotPermitted
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.personal_data.subject_access import subject_access
from localgov_ims.storage import audit, statements, transactions


@pytest.fixture
def office(installation: Installation) -> Installation:
    made = with_everything(installation)
    with_user(installation, "zquill", Permission.TRANSACTION_LIST, display_name=NAME)
    return made


def sections(made: SubjectAccess) -> dict[str, Section]:
    return {section.key: section for section in made.sections}


def test_everything_held_of_a_person_comes_out(office: Installation) -> None:
    past = record_past(office)
    record_past(office, name="Bystander Jones", mail="b@example.org", account="700001", tail="B")
    made = subject_access(office, accounts=[("23", "612345674")], names=[NAME], emails=[MAIL])
    held = sections(made)
    assert {key: len(section.rows) for key, section in held.items() if key != "changes"} == {
        "account_holders": 2, "transactions": 3, "payments": 1, "payment_events": 1, "refunds": 1,
        "statement_lines": 1, "files": 1, "users": 1,
    }  # fmt: skip
    mine = next(row for row in held["transactions"].rows if row["receipt"] == past.receipt.reference)
    assert (mine["payer"], mine["email"], mine["amount"]) == (NAME, MAIL, Money(120_00))
    assert mine["narrative"] == f"thanks {NAME}"
    assert mine["card"] == "492912...0077"
    assert held["refunds"].rows[0]["paid_to"] == f"{NAME}, 123456 12345678"
    assert held["statement_lines"].rows[0]["name"] == NAME.upper()
    assert held["account_holders"].rows[0]["name"] == f"Ms {NAME}"
    assert [(row["action"], row["by"]) for row in held["changes"].rows] == [("past", "tester")]
    assert "bystander" not in as_json(made).lower()


def test_what_somebody_else_paid_for_an_account_is_shown_without_them_and_counted(
    office: Installation,
) -> None:
    past = record_past(office)
    made = subject_access(office, accounts=[("23", "612345674")])
    held = sections(made)["transactions"]
    other = next(row for row in held.rows if row["receipt"] == past.others.reference)
    assert (other["amount"], other["payer"]) == (Money(120_00), None)
    assert held.left_out == 1
    assert "Somebody Else" not in as_json(made) + as_html(made)


def test_lines_of_other_accounts_that_somebody_else_paid_are_left_out_and_counted(
    office: Installation,
) -> None:
    mixed = a_receipt(
        line(account_reference="612345674"), line(fund="05", account_reference="700009"), payer=Payer(name="Other One")
    )  # fmt: skip
    with office.store.unit("record", by="tester") as unit:
        transactions.add(unit, [mixed])
        unit.commit()
    held = sections(subject_access(office, accounts=[("23", "612345674")], names=[NAME]))["transactions"]
    assert ([row["account_reference"] for row in held.rows], held.left_out) == (["612345674"], 2)
    paid = sections(subject_access(office, names=["other one"]))["transactions"]
    assert ([row["account_reference"] for row in paid.rows], paid.left_out) == (["612345674", "700009"], 0)


def test_a_bank_line_whose_text_names_the_account_is_shown_without_others_names(office: Installation) -> None:
    theirs = statement_line(key="1", narrative=("REF 612345674",))
    other = statement_line(key="2", counterparty_name="AN OTHER", narrative=("612345674 AN OTHER",))
    longer = statement_line(key="3", narrative=("6123456741",))
    with office.store.unit("record", by="tester") as unit:
        record_statement(unit, theirs.statement, "1")
        record_statement(unit, other.statement, "2")
        record_statement(unit, longer.statement, "3")
        statements.add_lines(unit, [theirs, other, longer])
        unit.commit()
    held = sections(subject_access(office, accounts=[("23", "612345674")], names=[NAME]))["statement_lines"]
    assert [(row["name"], row["text"]) for row in held.rows] == [(None, "REF 612345674"), (None, None)]
    assert held.left_out == 1


def record_statement(unit, identifier, key) -> None:
    from tests.builders import DAY

    from localgov_ims.domain.ids import new_id
    from localgov_ims.domain.received_files import ReceivedFile
    from localgov_ims.domain.statements import Evidence, Statement
    from localgov_ims.storage import files

    file = ReceivedFile(id=new_id(), sha256=key * 64, size=1, name="bank.xml")
    files.add(unit, file, [b"x"])
    statements.add(unit, Statement(
        id=identifier, file=file.id, key=key, account="main", number=key, format="camt053", opening=None, closing=None,
        credits=Money(0), debits=Money(0), lines=1, not_booked=0, first_on=DAY, last_on=DAY, evidence=Evidence.UNPROVED,
        content="c" * 64, seen_lines=0, seen=Money(0),
    ))  # fmt: skip


def test_giving_it_out_is_recorded_by_counts_and_names_nobody(office: Installation) -> None:
    record_past(office)
    subject_access(office, names=[NAME], emails=[MAIL])
    with office.store.reading() as connection:
        *_, entry = [entry for entry, _ in audit.chain(connection)]
    assert (entry.action, entry.by, entry.detail["permission"]) == (
        "export_person",
        "officer",
        "person.export",
    )
    assert entry.detail["given"]["transactions"] == 1  # type: ignore[index]
    assert "quill" not in str(entry.detail).lower()


def test_it_needs_its_permission_every_fund_and_no_restriction(office: Installation) -> None:
    for name, permissions, code in (
        ("nobody", [Permission.TRANSACTION_LIST, Permission.FUND_ALL], "not_permitted"),
        ("onefund", [Permission.PERSON_EXPORT], "every_fund_needed"),
    ):
        with pytest.raises(NotPermitted) as error:
            subject_access(with_user(office, name, *permissions), names=[NAME])
        assert error.value.code == code
    restrict_account(
        office, fund="23", account_reference="612345674", kind=RestrictionKind.SAFEGUARDING, reason="safe"
    )
    clerk = with_user(office, "clerk", Permission.PERSON_EXPORT, Permission.FUND_ALL)
    with pytest.raises(NotPermitted, match=r"account\.restricted"):
        subject_access(clerk, accounts=[("23", "612345674")])


def test_nobody_and_an_unknown_fund_are_refused(office: Installation) -> None:
    with pytest.raises(InvalidValue, match="Say whose data"):
        subject_access(office)
    with pytest.raises(InvalidValue, match="no fund '99'"):
        subject_access(office, accounts=[("99", "1")])


def test_somebody_unknown_has_an_empty_page(office: Installation) -> None:
    made = subject_access(office, names=["Nobody Here"])
    assert made.sections == ()
    assert "Nothing was found." in as_html(made)
    assert json.loads(as_json(made))["held"] == {}


class Outline(HTMLParser):
    """Checks that every tag is closed in order, and keeps what is loaded, named and pointed to."""

    VOID = frozenset({"meta", "!doctype"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.points_to: list[str] = []
        self.loads: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.points_to += [given[name].lstrip("#") for name in ("href", "aria-labelledby") if name in given]
        self.loads += [given["src"]] if "src" in given else []
        self.loads += [tag] if tag in {"script", "link", "img", "iframe"} else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


HOSTILE = '"><script>alert(1)</script>&amp;'


def test_the_page_is_whole_escaped_and_loads_nothing() -> None:
    made = SubjectAccess(
        council=f"Council {HOSTILE}", made_at=NOW, accounts=(("23", HOSTILE),), names=(HOSTILE,), emails=(HOSTILE,),
        sections=(
            Section(key="transactions", title="Income", rows=(
                {"receipt": HOSTILE, "amount": Money(-1234_56), "taken_on": NOW.date(), "at": NOW, "none": None},
                {"receipt": "R2", "amount": None, "taken_on": None, "at": None, "none": None},
            ), left_out=2),
        ),
    )  # fmt: skip
    page = as_html(made)
    outline = Outline(page)
    assert outline.open == []
    assert outline.loads == []
    assert set(outline.points_to) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 6  # title, council, account, name, e-mail, receipt
    assert "url(" not in page
    assert '<time datetime="2026-05-12T10:30:00+01:00">12 May 2026, 10:30</time>' in page
    assert "-£1,234.56" in page or "-1,234.56" in page
    assert ">None<" not in page  # a field that no record has is no column


def test_json_has_pence_and_london_time() -> None:
    rows = ({"amount": Money(-5), "at": NOW, "on": NOW.date(), "n": 3, "none": None},)
    made = SubjectAccess(
        council="C", made_at=NOW, accounts=(("23", "1"),), names=(), emails=(),
        sections=(Section(key="x", title="X", rows=rows, left_out=1),),
    )  # fmt: skip
    assert json.loads(as_json(made)) == {
        "council": "C", "made_at": "2026-05-12T10:30:00+01:00",
        "subject": {"accounts": [{"fund": "23", "account_reference": "1"}], "names": [], "emails": []},
        "held": {"x": [{
            "amount_pence": -5, "at": "2026-05-12T10:30:00+01:00", "on": "2026-05-12", "n": 3, "none": None,
        }]},
        "left_out": {"x": 1},
    }  # fmt: skip
    assert evolve(made, sections=()).left_out == 0
