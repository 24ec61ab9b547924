"""Personal data goes when its time is over or its person asks, by two people; the money and its proof stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve, frozen
from tests.builders import a_receipt, line, statement_line
from tests.persons import with_everything

from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.domain.payers import Card, Cheque, Payee, Payer
from localgov_ims.domain.payments import Payment, PaymentEvent, PaymentState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import ReceivedFile
from localgov_ims.domain.refunds import (
    RefundEvent,
    RefundEventKind,
    RefundItem,
    RefundRequest,
    RefundState,
    Route,
)  # fmt: skip
from localgov_ims.domain.retention import HoldKind, LegalHold, Periods, RemovalKind, Subject, first_kept
from localgov_ims.domain.statements import Evidence, Statement
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.errors import (
    AlreadyDone,
    ConfigurationError,
    InvalidValue,
    NotFound,
    NotPermitted,
    RuleViolation,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.laws.law import LawReport
from localgov_ims.service.personal_data.erasing import confirm_erasure, preview_erasure, propose_erasure
from localgov_ims.service.personal_data.legal_holds import (
    hold_account,
    hold_file,
    hold_payer,
    legal_holds,
    lift_hold,
)
from localgov_ims.service.personal_data.retaining import (
    confirm_retention,
    preview_retention,
    propose_retention,
)
from localgov_ims.service.verifying import verify
from localgov_ims.storage import files, holders, payments, personal, refunds, statements, transactions
from localgov_ims.storage.engines import wipe
from localgov_ims.storage.retiring import CLASSES

NAME, MAIL = "Zelda Quillfeather", "zelda@example.org"
OLD, OLD_AT = date(2019, 6, 3), datetime(2019, 6, 3, 10, tzinfo=UTC)
"""A day of the financial year 2019/20, whose six years ended on 31 March 2026."""


@frozen(kw_only=True)
class Past:
    """What was recorded of a person, and of others."""

    receipt: Transaction
    others: Transaction
    file: ReceivedFile


@pytest.fixture
def office(installation: Installation) -> Installation:
    return with_everything(installation)


@pytest.fixture
def colleague(office: Installation) -> Installation:
    return with_everything(office, "colleague")


def the_payment(name: str, mail: str, on: datetime, reference: str, account: str) -> Payment:
    made = a_receipt(line(account_reference=account, narrative=f"for {name}"))
    return Payment(
        id=new_id(), reference=reference, channel=Channel.PORTAL, created_at=on, expires_at=on + timedelta(hours=1),
        taken_by="portal", lines=made.lines, payer=Payer(name=name, address_1=f"1 {name} Lane", email=mail),
    )  # fmt: skip


def record_past(
    office: Installation, *, name: str = NAME, mail: str = MAIL, on: datetime = OLD_AT, account: str = "612345674",
    tail: str = "A",
) -> Past:  # fmt: skip
    """Record a person in every place there is: payment, receipt, cheque, refund, account, bank line and raw file."""
    day, n = on.date(), tail
    bank = statement_line(
        key=f"bank-{n}", booked_on=day, counterparty_name=name.upper(), counterparty_account="GB1", narrative=(f"FROM {name}", account)
    )  # fmt: skip
    statement = Statement(
        id=bank.statement, file=new_id(), key=n, account="main", number=n, format="camt053", opening=None, closing=None,
        credits=Money(120_00), debits=Money(0), lines=1, not_booked=0, first_on=day, last_on=day,
        evidence=Evidence.UNPROVED, content=n * 64, seen_lines=0, seen=Money(0),
    )  # fmt: skip
    paid = the_payment(name, mail, on, f"K7MP2QXW9TR{n}", account)
    event = PaymentEvent(
        id=new_id(), payment=paid.id, number=1, said=Said.SUCCEEDED, state=PaymentState.SUCCEEDED,
        provider_reference=f"pi_{n}", amount=Money(120_00), received_at=on, received_by="adapter",
        message_hash="0" * 64, card=Card(first_six="492912", last_four="0077"),
    )  # fmt: skip
    receipt = a_receipt(
        line(account_reference=account, narrative=f"thanks {name}"), taken_on=day, recorded_at=on,
        payment=paid.reference, provider="cardco", provider_reference=f"pi_{n}",
        payer=paid.payer, card=event.card, cheque=Cheque(sort_code="123456", account="12345678", number="000001", name=name),
    )  # fmt: skip
    by_bank = a_receipt(
        line(account_reference=account, mop="12"), taken_on=day, recorded_at=on,
        origin=Origin("statement_line", str(bank.id)),
    )  # fmt: skip
    others = a_receipt(
        line(account_reference=account, narrative="other"), taken_on=day, recorded_at=on, payer=Payer(name="Somebody Else")
    )  # fmt: skip
    given = RefundRequest(
        id=new_id(), reference=f"R{n}", route=Route.PAYABLES, subject=receipt.reference, n=1, payment=None, reason="twice",
        items=(RefundItem(line=receipt.lines[0].id, line_reference=receipt.lines[0].reference, amount=Money(100), vat=Money(0)),),
        asked_by="alex", asked_at=on, payee=Payee(name=name, sort_code="123456", account="12345678"),
    )  # fmt: skip
    raw = f"<Nm>{name.upper()}</Nm><Acct>{account}</Acct>".encode()
    file = ReceivedFile(
        id=statement.file, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), name="bank.xml"
    )
    with office.store.unit("past", by="tester") as unit:
        files.add(unit, file, [raw[:9], raw[9:]])
        statements.add(unit, statement)
        statements.add_lines(unit, [bank])
        payments.add(unit, paid, key=None, asked={})
        payments.add_event(unit, event)
        transactions.add(unit, [receipt, by_bank, others], personal_narratives=True)
        refunds.add(unit, given)
        refunds.add_event(unit, RefundEvent(
            id=new_id(), request=given.id, number=1, kind=RefundEventKind.ASKED, state=RefundState.FAILED, at=on, by="alex"
        ))  # fmt: skip
        first, _, last = name.partition(" ")
        person = Person(title="Ms", forename=first, surname=last)
        made = [
            AccountHolder(fund="23", account_reference=account, person=person, number=number, source="test", closed_on=closed)
            for number, closed in ((1, None), (2, day + timedelta(days=90)))
        ]  # fmt: skip
        holders.add(unit, made, at=on, by="tester")
        unit.commit()
    return Past(receipt=receipt, others=others, file=file)


def law_2(installation: Installation) -> LawReport:
    return verify(installation)[1]


def other_laws(installation: Installation) -> list[tuple[int, tuple[str, ...]]]:
    """Say how the laws about money stand: what is beside a record must not matter to them."""
    return [(law.law, law.broken) for law in verify(installation) if law.law != 2]


def kept(installation: Installation) -> int:
    with installation.store.reading() as connection:
        count: int = connection.execute(sa.select(sa.func.count()).select_from(personal.data)).scalar_one()
    return count


def everything_kept(installation: Installation) -> bytes:
    """Return all that the database holds: SQLite's very files, and the text of every row of PostgreSQL."""
    url = installation.store.engine.url
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        return b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
    with installation.store.reading() as connection:
        names = sa.inspect(connection).get_table_names()
        return b"\n".join(
            str(row).encode()
            for name in names
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        )


def traces(installation: Installation, *words: str) -> list[str]:
    found = everything_kept(installation).lower()
    return [word for word in words if word.lower().encode() in found]


@pytest.mark.parametrize(
    ("on", "years", "kept_from"),
    [
        (date(2026, 3, 31), 6, date(2019, 4, 1)), (date(2026, 4, 1), 6, date(2020, 4, 1)),
        (date(2026, 5, 13), 0, date(2026, 4, 1)), (date(2026, 1, 1), 100, date(1925, 4, 1)),
    ],
)  # fmt: skip
def test_years_count_from_the_end_of_the_financial_year(on: date, years: int, kept_from: date) -> None:
    assert first_kept(on, years) == kept_from


def test_what_is_said_of_classes_is_said_of_classes_that_are_there() -> None:
    from localgov_ims.storage import retiring

    text = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    listed = (
        text.partition("The classes are ")[2]
        .partition(", and whatever")[0]
        .replace("(the bytes as they came)", "")
    )
    named = {name.strip(" `") for name in listed.replace("\n", " ").split(",")}
    assert named - set(CLASSES) == set()
    assert set(retiring._BEFORE) - set(CLASSES) == set()
    assert {"transactions", "payments", "statement_lines", "files"} <= named


def test_what_is_past_its_time_is_previewed_by_class_and_nothing_is_changed(office: Installation) -> None:
    record_past(office)
    record_past(office, name="Newer Person", on=datetime(2024, 5, 1, tzinfo=UTC), account="700001", tail="B")
    before = kept(office)
    preview = preview_retention(office)
    found = {each.name: each.remove for each in preview.classes if each.remove}
    assert found == {
        "transactions": 2, "transaction_lines": 2, "payments": 1, "payment_lines": 1, "payment_events": 1,
        "refund_requests": 1, "account_holders": 2, "statement_lines": 1,
    }  # fmt: skip
    assert (preview.on, preview.remove, preview.held) == (date(2026, 5, 13), 11, 0)
    assert {each.cut_off for each in preview.classes} == {date(2020, 4, 1)}
    assert kept(office) == before


def test_a_second_person_removes_what_was_proposed_and_the_laws_still_hold(
    office: Installation, colleague: Installation
) -> None:
    past = record_past(office)
    record_past(office, name="Newer Person", on=datetime(2024, 5, 1, tzinfo=UTC), account="700001", tail="B")
    proposal = propose_retention(office)
    with pytest.raises(RuleViolation) as error:
        confirm_retention(office, proposal.id)
    assert error.value.code == "same_person"
    before = other_laws(office)
    removal = confirm_retention(colleague, proposal.id)
    assert (sum(removal.removed.values()), removal.removed["transactions"]) == (11, 2)
    report = law_2(office)
    assert (report.broken, report.retired) == ((), 11)
    assert other_laws(office) == before
    assert "Newer Person".lower().encode() in everything_kept(office).lower()
    with office.store.reading() as connection:
        heads = transactions.transactions
        (whole,) = transactions.some(connection, heads.c.reference == past.receipt.reference)
    assert (whole.payer.name, whole.lines[0].narrative, whole.card) == (None, None, None)
    assert [(own.fund, own.account_reference, own.amount) for own in whole.lines] == [
        ("23", "612345674", Money(120_00))
    ]
    with pytest.raises(AlreadyDone, match="colleague confirmed"):
        confirm_retention(evolve(colleague, actor="officer"), proposal.id)
    assert preview_retention(office).remove == 0


def test_a_period_is_the_councils_own_for_each_class(office: Installation) -> None:
    record_past(office, on=datetime(2024, 5, 1, tzinfo=UTC))
    council = evolve(office.council, retention=Periods(years=6, classes={"statement_lines": 1}))
    found = preview_retention(evolve(office, council=council))
    assert {each.name: each.remove for each in found.classes if each.remove} == {"statement_lines": 1}
    with pytest.raises(ConfigurationError, match="class of record 'nonsense'"):
        evolve(office.council, retention=Periods(classes={"nonsense": 1}))
    with pytest.raises(InvalidValue, match="0 to 100"):
        Periods(years=-1)


def test_an_account_keeps_the_version_in_force_unless_it_is_closed(office: Installation, clock: Any) -> None:
    made = [
        AccountHolder(fund="23", account_reference=account, person=Person(surname=f"V{n}"), number=n, source="t", closed_on=closed)
        for account, n, closed in [("A", 1, None), ("A", 2, None), ("B", 1, date(2019, 9, 1)), ("C", 1, date(2025, 9, 1))]
    ]  # fmt: skip
    with office.store.unit("load", by="tester") as unit:
        holders.add(unit, made, at=OLD_AT, by="tester")
        unit.commit()
    counted = {each.name: each.remove for each in preview_retention(office).classes}
    assert counted["account_holders"] == 2  # A's first, superseded, and B's, closed
    clock.moment = datetime(2034, 5, 1, tzinfo=UTC)
    counted = {each.name: each.remove for each in preview_retention(office).classes}
    assert counted["account_holders"] == 3  # A is open still


def test_files_go_with_their_bytes_and_their_hash_stays(
    office: Installation, colleague: Installation, clock: Any
) -> None:
    record_past(office)
    clock.moment = datetime(2033, 5, 1, tzinfo=UTC)
    removal = confirm_retention(colleague, propose_retention(office).id)
    assert removal.removed["files"] == 1
    assert law_2(office).broken == ()
    with office.store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(files.chunks)).scalar_one() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(files.files)).scalar_one() == 1


def test_a_day_to_come_and_an_unknown_proposal_are_refused(office: Installation) -> None:
    with pytest.raises(InvalidValue, match="yet to come"):
        preview_retention(office, date(2026, 5, 14))
    with pytest.raises(NotFound, match="no proposal"):
        confirm_retention(office, new_id())


def test_removing_and_holding_need_their_permissions(office: Installation) -> None:
    from tests.persons import with_user

    nobody = with_user(office, "nobody", Permission.TRANSACTION_LIST)
    subject = Subject(names=[NAME])
    acts: list[Callable[[], Any]] = [
        lambda: preview_retention(nobody), lambda: propose_retention(nobody),
        lambda: confirm_retention(nobody, new_id()), lambda: preview_erasure(nobody, subject),
        lambda: propose_erasure(nobody, subject), lambda: confirm_erasure(nobody, new_id()),
        lambda: hold_payer(nobody, NAME, reason="x"), lambda: lift_hold(nobody, new_id(), reason="x"),
        lambda: legal_holds(nobody),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    one_fund = with_user(office, "onefund", Permission.PERSON_ERASE, funds=["23"])
    with pytest.raises(NotPermitted) as error:
        preview_erasure(one_fund, subject)
    assert error.value.code == "every_fund_needed"


HOLDS: list[tuple[str, Callable[[Installation, Past], LegalHold], set[str]]] = [
    (
        "account", lambda office, _: hold_account(office, "23", "612345674", reason="claim"),
        {
            "transactions", "transaction_lines", "payments", "payment_lines", "payment_events", "refund_requests",
            "account_holders", "statement_lines", "files",
        },
    ),
    (
        "payer", lambda office, _: hold_payer(office, "Mr zelda QUILLFEATHER", reason="claim"),
        {
            "transactions", "transaction_lines", "payments", "payment_lines", "payment_events", "refund_requests",
            "account_holders", "statement_lines", "files", "legal_holds",
        },
    ),
    ("file", lambda office, past: hold_file(office, past.file.sha256, reason="claim"), {"statement_lines", "files"}),
]  # fmt: skip


@pytest.mark.parametrize(("hold", "covered"), [each[1:] for each in HOLDS], ids=[each[0] for each in HOLDS])
def test_a_legal_hold_keeps_what_it_covers_until_it_is_lifted(
    office: Installation, colleague: Installation, clock: Any, hold: Callable[[Installation, Past], LegalHold],
    covered: set[str],
) -> None:  # fmt: skip
    past = record_past(office)
    made = hold(office, past)
    clock.moment = datetime(2033, 5, 1, tzinfo=UTC)
    preview = preview_retention(office)
    assert {each.name for each in preview.classes if each.held} == covered
    confirm_retention(colleague, propose_retention(office).id)
    assert preview_retention(office).held == preview.held
    assert law_2(office).broken == ()
    lift_hold(office, made.id, reason="settled")
    assert legal_holds(office) == []
    # What the hold kept may go now, and the hold's own naming of the payer with it.
    assert {each.name for each in preview_retention(office).classes if each.remove} == covered
    with pytest.raises(AlreadyDone):
        lift_hold(office, made.id, reason="again")


def test_a_hold_ends_by_its_day(office: Installation, clock: Any) -> None:
    record_past(office)
    hold_payer(office, NAME, reason="claim", until=date(2026, 6, 30))
    assert [(hold.kind, hold.payer) for hold in legal_holds(office)] == [(HoldKind.PAYER, NAME)]
    assert preview_retention(office).held > 0
    clock.moment = datetime(2026, 7, 1, tzinfo=UTC)
    assert legal_holds(office) == []
    assert preview_retention(office).held == 0
    assert len(legal_holds(office, every=True)) == 1
    with pytest.raises(InvalidValue, match="over before it begins"):
        hold_payer(office, NAME, reason="claim", until=date(2026, 6, 30))


def test_a_hold_made_after_a_proposal_is_kept_to(office: Installation, colleague: Installation) -> None:
    record_past(office)
    proposal = propose_retention(office)
    hold_account(office, "23", "612345674", reason="claim")
    assert confirm_retention(colleague, proposal.id).removed == {}


def test_a_proposal_never_removes_more_than_was_previewed(
    office: Installation, colleague: Installation
) -> None:
    record_past(office)
    hold = hold_account(office, "23", "612345674", reason="claim")
    proposal = propose_retention(office)
    lift_hold(office, hold.id, reason="settled")
    before = kept(office)
    with pytest.raises(RuleViolation, match="Propose it again"):
        confirm_retention(colleague, proposal.id)
    assert kept(office) == before


def erased(office: Installation, colleague: Installation, subject: Subject) -> dict[str, int]:
    proposal, _ = propose_erasure(office, subject)
    return dict(confirm_erasure(colleague, proposal.id).removed)


def test_an_erased_person_is_nowhere_in_the_database_and_everything_still_proves(
    office: Installation, colleague: Installation
) -> None:
    """The proof: not in any table, not in free pages, not in the log; and tampering with the rest is still found."""
    past = record_past(office)
    record_past(office, name="Bystander Jones", mail="b@example.org", account="700001", tail="B")
    words = ["quillfeather", "zelda"]
    assert traces(office, *words) == words
    proposal, preview = propose_erasure(office, Subject(names=[NAME], emails=[MAIL]))
    before = other_laws(office)
    with pytest.raises(RuleViolation) as error:
        confirm_erasure(office, proposal.id)
    assert error.value.code == "same_person"
    removal = confirm_erasure(colleague, proposal.id)
    assert removal.kind is RemovalKind.ERASURE
    assert dict(removal.removed) == {
        "transactions": 1, "transaction_lines": 1, "payments": 1, "payment_lines": 1, "payment_events": 1,
        "refund_requests": 1, "account_holders": 2, "statement_lines": 1, "files": 1, "removal_proposals": 1,
    }  # fmt: skip
    assert preview.remove == sum(removal.removed.values()) - 1
    assert removal.wiped == (office.store.engine.dialect.name == "sqlite")
    assert traces(office, *words) == []
    assert traces(office, "Bystander", "Somebody Else") == ["Bystander", "Somebody Else"]
    assert other_laws(office) == before
    report = law_2(office)
    assert (report.broken, report.retired) == ((), 11)
    with office.store.reading() as connection:
        assert next(
            transactions.some(connection, transactions.transactions.c.id == past.receipt.id)
        ).total == Money(120_00)


def test_it_is_told_when_somebody_who_reads_keeps_bytes_from_being_wiped(
    office: Installation, colleague: Installation
) -> None:
    record_past(office)
    proposal, _ = propose_erasure(office, Subject(names=[NAME]))
    with office.store.reading() as connection:
        connection.execute(sa.select(personal.data)).first()
        removal = confirm_erasure(colleague, proposal.id)
    assert not removal.wiped
    if office.store.engine.dialect.name == "sqlite":
        assert wipe(office.store.engine)
        assert traces(office, "quillfeather") == []


def test_an_account_is_erased_without_whoever_else_paid_for_it(
    office: Installation, colleague: Installation
) -> None:
    record_past(office)
    preview = preview_erasure(office, Subject(accounts=[("23", "612345674")]))
    assert preview.others == 1  # the receipt that Somebody Else paid
    removed = erased(office, colleague, Subject(accounts=[("23", " 612345674")]))
    assert removed["transactions"] == 1
    assert traces(office, "quillfeather", "Somebody Else") == ["Somebody Else"]
    assert law_2(office).broken == ()


def test_somebody_of_the_same_name_elsewhere_is_not_erased_with_an_account(
    office: Installation, colleague: Installation
) -> None:
    record_past(office)
    record_past(office, account="700001", tail="B")
    removed = erased(office, colleague, Subject(accounts=[("23", "612345674")]))
    assert removed["transactions"] == 1
    assert traces(office, "quillfeather") == ["quillfeather"]


def test_names_are_the_same_whatever_their_case_title_and_spaces(office: Installation) -> None:
    record_past(office, name="Zoë Ångström-Lee")
    for name in ("MS ZOË ÅNGSTRÖM-LEE", "zoë  ångström-lee", "Ms. Zoë Ångström-Lee"):
        preview = preview_erasure(office, Subject(names=[name]))
        assert {each.name for each in preview.classes} >= {
            "transactions",
            "payments",
            "statement_lines",
            "account_holders",
        }
    assert preview_erasure(office, Subject(names=["Zoë Ångström"])).remove == 0


def test_holds_and_open_refunds_are_kept_from_an_erasure(
    office: Installation, colleague: Installation
) -> None:
    past = record_past(office)
    hold_file(office, str(past.file.id), reason="inquiry")
    with office.store.unit("again", by="tester") as unit:
        (request,) = refunds.of_subject(unit.connection, past.receipt.reference)
        refunds.add_event(unit, RefundEvent(
            id=new_id(), request=request.id, number=2, kind=RefundEventKind.SAID, state=RefundState.REQUESTED, at=OLD_AT,
            by="alex",
        ))  # fmt: skip
        unit.commit()
    preview = preview_erasure(office, Subject(names=[NAME]))
    assert {each.name: each.held for each in preview.classes if each.held} == {
        "files": 1, "refund_requests": 1, "statement_lines": 1,
    }  # fmt: skip
    removed = erased(office, colleague, Subject(names=[NAME]))
    assert not {"files", "refund_requests", "statement_lines"} & set(removed)
    assert law_2(office).broken == ()


def test_an_erasure_may_leave_the_files(office: Installation, colleague: Installation) -> None:
    record_past(office)
    proposal, _ = propose_erasure(office, Subject(names=[NAME]), files=False)
    assert "files" not in confirm_erasure(colleague, proposal.id).removed


def test_who_is_meant_must_be_said(office: Installation) -> None:
    for given in ({}, {"names": ["Mr."]}, {"emails": ["zelda"]}):
        with pytest.raises(InvalidValue):
            Subject(**given)
    with pytest.raises(InvalidValue, match="There is no fund '99'"):
        preview_erasure(office, Subject(accounts=[("99", "1")]))


def test_the_audit_trail_tells_an_erasure_by_counts_and_names_nobody(
    office: Installation, colleague: Installation
) -> None:
    from localgov_ims.storage import audit

    record_past(office)
    erased(office, colleague, Subject(names=[NAME]))
    with office.store.reading() as connection:
        entries = [entry for entry, _ in audit.chain(connection)][-2:]
    assert [(entry.action, entry.by) for entry in entries] == [
        ("propose_erasure", "officer"), ("confirm_erasure", "colleague"),
    ]  # fmt: skip
    assert all("quill" not in str(entry.detail).lower() for entry in entries)
    removed: Any = entries[1].detail["removed"]
    assert removed["transactions"] == 1


def tamper(installation: Installation, statement: str, *values: object) -> None:
    with installation.store.engine.connect() as connection:
        done = connection.exec_driver_sql(statement, tuple(values))
        assert done.rowcount > 0
        connection.commit()


def two_people_one_erased(office: Installation, colleague: Installation) -> tuple[Past, Past]:
    pair = record_past(office), record_past(office, name="Bystander Jones", account="700001", tail="B")
    erased(office, colleague, Subject(names=[NAME]))
    assert law_2(office).broken == ()
    return pair


def test_personal_data_deleted_by_hand_is_not_taken_for_lawful(
    office: Installation, colleague: Installation
) -> None:
    two_people_one_erased(office, colleague)
    tamper(office, "DELETE FROM personal_data WHERE record IN (SELECT id FROM transactions)")
    report = law_2(office)
    assert any(
        "transactions: the personal data of 4 records is gone, and only 1 were" in each
        for each in report.broken
    )


def test_bytes_deleted_by_hand_are_not_taken_for_lawful(
    office: Installation, colleague: Installation
) -> None:
    two_people_one_erased(office, colleague)
    tamper(office, "DELETE FROM file_chunks")
    assert any(
        "files: the bytes of 2 records is gone, and only 1 were" in each for each in law_2(office).broken
    )


def test_erased_data_that_is_put_back_is_found(office: Installation, colleague: Installation) -> None:
    past = record_past(office)
    with office.store.reading() as connection:
        row = connection.execute(
            sa.select(personal.data).where(personal.data.c.record == past.receipt.id)
        ).one()
    erased(office, colleague, Subject(names=[NAME]))
    put_back(office, row)
    assert any("was lawfully removed, and is back" in each for each in law_2(office).broken)


def put_back(office: Installation, row: Any) -> None:
    with office.store.engine.connect() as connection:
        connection.execute(sa.insert(personal.data).values(record=row.record, salt=row.salt, value=row.value))
        connection.commit()


def test_another_persons_data_cannot_change_places_with_what_was_erased(
    office: Installation, colleague: Installation
) -> None:
    """As many are gone as were removed, but not the same."""
    past = record_past(office)
    with office.store.reading() as connection:
        row = connection.execute(
            sa.select(personal.data).where(personal.data.c.record == past.receipt.id)
        ).one()
    erased(office, colleague, Subject(names=[NAME]))
    put_back(office, row)
    with office.store.engine.connect() as connection:
        connection.execute(sa.delete(personal.data).where(personal.data.c.record == past.others.id))
        connection.commit()
    assert any("is not that which was lawfully removed" in each for each in law_2(office).broken)


def test_personal_data_beside_a_record_that_has_none_is_found(
    office: Installation, colleague: Installation
) -> None:
    two_people_one_erased(office, colleague)
    with office.store.engine.connect() as connection:
        connection.execute(sa.insert(personal.data).values(record=new_id(), salt=b"x" * 16, value="{}"))
        connection.commit()
    assert any("1 of its rows belong to no record" in each for each in law_2(office).broken)


def test_tampering_with_what_stays_is_still_found(office: Installation, colleague: Installation) -> None:
    past, _ = two_people_one_erased(office, colleague)
    sqlite = office.store.engine.dialect.name == "sqlite"
    guard = "transaction_lines_refuses_update" if sqlite else "transaction_lines_refuses_change"
    with office.store.engine.connect() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {guard}" + ("" if sqlite else " ON transaction_lines"))
        connection.execute(
            sa.update(transactions.lines)
            .where(transactions.lines.c.id == past.receipt.lines[0].id)
            .values(pence=1)
        )
        connection.commit()
    assert any("it is not what was sealed" in each for each in law_2(office).broken)


def test_periods_come_from_the_settings() -> None:
    from localgov_ims.bootstrap.settings import parse
    from localgov_ims.simulator.small_council import settings_text

    text = settings_text() + "\n[retention]\nyears = 7\n\n[retention.classes]\nstatement_lines = 2\n"
    periods = parse(text, "council.toml").council_record().retention
    assert (periods.of("transactions"), periods.of("statement_lines")) == (7, 2)
    with pytest.raises(ConfigurationError, match="0 to 100 years"):
        parse(text.replace("years = 7", "years = 101"), "council.toml")
