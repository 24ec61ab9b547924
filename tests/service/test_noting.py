"""Notes on files, suspense items, eReturns and accounts: written once, by whom and when, for those who may read them."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.service.files import camt, entry
from tests.service.staff import staff

from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.notes import NoteSubject
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.retention import Subject
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.cash_office.ereturns import start_ereturn
from localgov_ims.service.documents.noting import add_note, notes_of
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.holders.seeing import save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage import notes as stored
from localgov_ims.storage.subjects import find

ACCOUNT = "23:612345674"


def _account(installation: Installation) -> None:
    save_holder(installation, AccountHolder(fund="23", account_reference="612345674"))


def test_notes_on_an_account_are_read_in_the_order_in_which_they_were_written(
    installation: Installation,
) -> None:
    _account(installation)
    first = add_note(installation, NoteSubject.HOLDER, ACCOUNT, " Rang on Monday.\nWill pay on Friday. ")
    add_note(installation, NoteSubject.HOLDER, " 23: 612345674 ", "Paid.")
    found = notes_of(installation, NoteSubject.HOLDER, ACCOUNT)
    assert [note.text for note in found] == ["Rang on Monday.\nWill pay on Friday.", "Paid."]
    assert found[0] == first
    assert (first.by, first.subject) == ("tester", ACCOUNT)
    assert all(law.holds for law in verify(installation))


def test_a_file_is_named_by_its_id_or_its_hash(installation: Installation) -> None:
    file = import_file(installation, camt(entry("1.00")))
    add_note(installation, NoteSubject.FILE, file.sha256, "Asked the bank for a new one.")
    add_note(installation, NoteSubject.FILE, str(file.file), "It came.")
    found = notes_of(installation, NoteSubject.FILE, file.sha256.upper())
    assert [note.text for note in found] == ["Asked the bank for a new one.", "It came."]


def test_a_suspense_item_is_named_by_its_line(installation: Installation) -> None:
    import_file(installation, camt(entry("1.00")))
    reconcile(installation)
    (item, *_) = list_suspense(installation)
    add_note(installation, NoteSubject.SUSPENSE, item.reference, "Whose is it?")
    (found,) = notes_of(installation, NoteSubject.SUSPENSE, item.reference.lower())
    assert found.text == "Whose is it?"


def test_an_ereturn_is_named_by_its_number_and_seen_by_whose_template_it_is(
    installation: Installation,
) -> None:
    templates = installation.council.ereturn_templates
    own = evolve(templates["town-hall"], users=("tester",))
    desk = evolve(
        installation,
        council=evolve(installation.council, ereturn_templates={**templates, "town-hall": own}),
    )
    started = start_ereturn(desk, "town-hall", DepositKind.CASH)
    add_note(desk, NoteSubject.ERETURN, "r0001", "The bag was torn.")
    (note,) = notes_of(desk, NoteSubject.ERETURN, started.number)
    assert (note.subject, note.text) == ("R1", "The bag was torn.")
    other = staff(installation, permissions={Permission.ERETURN_RECORD}, funds=["23"])
    with pytest.raises(NotPermitted):
        notes_of(other, NoteSubject.ERETURN, "R1")


@pytest.mark.parametrize(
    ("kind", "subject", "code"),
    [
        (NoteSubject.FILE, "0" * 64, "no_such_file"),
        (NoteSubject.FILE, "0" * 32, "no_such_file"),
        (NoteSubject.FILE, "\0", "no_such_file"),
        (NoteSubject.SUSPENSE, "K7MP-2QXW-9TRN_1", "no_such_item"),
        (NoteSubject.SUSPENSE, "\0", "no_such_item"),
        (NoteSubject.ERETURN, "17", "no_such_ereturn"),
        (NoteSubject.ERETURN, "R17", "no_such_ereturn"),
        (NoteSubject.HOLDER, ACCOUNT, "account_not_found"),
    ],
)
def test_a_note_on_nothing_is_not_found(
    installation: Installation, kind: NoteSubject, subject: str, code: str
) -> None:
    for act in (
        lambda: add_note(installation, kind, subject, "x"),
        lambda: notes_of(installation, kind, subject),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.code == code


@pytest.mark.parametrize("subject", ["612345674", "23:", "99:1", "23:\0"])
def test_an_account_is_its_fund_and_its_reference(installation: Installation, subject: str) -> None:
    with pytest.raises(InvalidValue):
        add_note(installation, NoteSubject.HOLDER, subject, "x")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n ", "note_missing"),
        ("x" * 2001, "text_too_long"),
        ("card 4111 1111 1111 1111", "card_number"),
        ("a\0b", "text_not_printable"),
    ],
)
def test_a_note_says_something_short_enough_and_no_card_number(
    installation: Installation, text: str, code: str
) -> None:
    _account(installation)
    with pytest.raises(InvalidValue) as refused:
        add_note(installation, NoteSubject.HOLDER, ACCOUNT, text)
    assert refused.value.code == code
    assert notes_of(installation, NoteSubject.HOLDER, ACCOUNT) == []


def test_what_a_note_says_stands_beside_the_record_and_nowhere_in_the_trail(
    installation: Installation,
) -> None:
    _account(installation)
    note = add_note(installation, NoteSubject.HOLDER, ACCOUNT, "Mrs Bloggs is in hospital")
    assert "Bloggs" not in repr(show_audit(installation))
    with installation.store.reading() as connection:
        row = connection.execute(stored.notes.select()).one()
        assert "Bloggs" not in repr(row)
        found = find(connection, Subject(names=(), emails=(), accounts=(("23", "612345674"),)))
        assert note.id in found.all_of(stored.notes)


def test_notes_on_a_restricted_account_are_kept_from_whom_it_is_kept_from(installation: Installation) -> None:
    _account(installation)
    add_note(installation, NoteSubject.HOLDER, ACCOUNT, "x")
    restrict_account(
        installation,
        fund="23",
        account_reference="612345674",
        kind=RestrictionKind.SAFEGUARDING,
        reason="Because",
    )
    clerk = staff(installation, permissions={Permission.ACCOUNT_VIEW, Permission.ACCOUNT_EDIT}, funds=["23"])
    with pytest.raises(NotPermitted):
        notes_of(clerk, NoteSubject.HOLDER, ACCOUNT)
    with pytest.raises(NotPermitted):
        add_note(clerk, NoteSubject.HOLDER, ACCOUNT, "y")
