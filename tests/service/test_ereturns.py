"""EReturns: an office pays in, another person approves, and it is income once, as it was counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.builders import pounds
from tests.conftest import MovableClock, on_sqlite
from tests.posted import posted
from tests.service import files, money_in
from tests.service import paying_in as at
from tests.service.post import Post

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import Contents
from localgov_ims.domain.ereturns import TRANSITIONS, EReturn, EReturnAct, EReturnState
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.notes import NoteSubject
from localgov_ims.domain.offices import Office
from localgov_ims.domain.outbox import MessageKind
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.retention import HoldKind, LegalHold, Subject
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import (
    AlreadyDone,
    ConfigurationError,
    ImsError,
    InvalidValue,
    NotFound,
    NotPermitted,
    RuleViolation,
)
from localgov_ims.service.cash_office.depositing import list_deposits
from localgov_ims.service.cash_office.ereturn_approving import Approved, approve_ereturns
from localgov_ims.service.cash_office.ereturn_viewing import list_ereturns, list_templates, whole_ereturn
from localgov_ims.service.cash_office.ereturns import (
    correct_ereturn,
    delete_ereturn,
    save_ereturn,
    send_back_ereturn,
    start_ereturn,
    submit_ereturn,
)
from localgov_ims.service.documents.delivering import deliver_messages
from localgov_ims.service.documents.noting import add_note, notes_of
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.holders.seeing import save_holder
from localgov_ims.service.installation import ChosenNotifier, Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.storage import ereturn_contents as said
from localgov_ims.storage import outbox, personal, retiring, subjects

CASH, CHEQUE, CARD = DepositKind
A, S = EReturnAct, EReturnState


@pytest.fixture
def office(desk: Installation) -> Installation:
    """Give a council that pays in by eReturns, with a clerk of the library at work."""
    return at.house(money_in.employ(at.house(desk), "clerk", "ereturns"))


@pytest.fixture
def boss(desk: Installation, office: Installation) -> Installation:
    """Give the same council with somebody at work who approves."""
    money_in.employ(at.house(desk), "boss", "ereturn-authoriser")
    return office.acting("boss")


def approved(boss: Installation, *returns: EReturn) -> list[Approved]:
    return approve_ereturns(boss, [each.number for each in returns])


def refused(code: str, call: Callable[[], Any], kind: type[ImsError] = ImsError) -> ImsError:
    with pytest.raises(kind) as raised:
        call()
    assert raised.value.code == code
    return raised.value


def laws_hold(house: Installation) -> None:
    assert [sentence for law in verify(house.acting("tester")) for sentence in law.broken] == []


def test_cash_that_was_paid_in_becomes_income_and_is_expected_at_the_bank(
    office: Installation, boss: Installation
) -> None:
    made = at.submitted(office, at.cash(at.line("150.00"), at.line("5.00", 3)))
    assert (made.number, made.state) == ("R1", S.SUBMITTED)
    (done,) = approved(boss, made)
    assert done.ereturn.state is S.APPROVED
    assert done.receipt is not None
    assert (done.receipt.channel, done.receipt.taken_on) == (Channel.COUNTER, date(2026, 5, 13))
    lines = [(x.fund, x.account_reference, str(x.amount), x.mop, x.narrative) for x in done.receipt.lines]
    assert lines == [
        ("LB", "00000000001", "150.00", "CA", "Library fines"),
        ("05", "70000000001", "5.00", "CA", "Rents"),
    ]
    (deposit,) = [view.deposit for view in list_deposits(boss)]
    assert deposit == done.deposit
    assert (str(deposit.total), deposit.bag_number, deposit.slip) == ("155.00", "BAG1", "500001")
    assert deposit.transactions == (done.receipt.id,)
    laws_hold(office)


def test_the_day_is_that_on_which_it_was_submitted(
    office: Installation, boss: Installation, clock: MovableClock
) -> None:
    made = at.submitted(office)
    clock.moment += timedelta(days=2)
    correct_ereturn(office.acting("second"), made.number, at.cash(slip="500009"))
    (done,) = approved(boss, made)
    assert done.receipt is not None
    assert done.receipt.taken_on == date(2026, 5, 13)
    assert done.receipt.provider_reference == "500009"


def test_card_takings_are_expected_from_the_acquirer_on_the_day_of_the_z_report(
    office: Installation, boss: Installation
) -> None:
    short = at.cards(at.line("99.00"))
    made = at.saved(office, short, CARD)
    refused("not_balanced", lambda: submit_ereturn(office, made.number), RuleViolation)
    over = evolve(short, over_short=pounds("1.00"), over_short_reason="keyed 99 for 100")
    (done,) = approved(boss, submit_ereturn(office, made.number, over))
    assert done.receipt is not None
    assert done.deposit is not None
    assert done.receipt.taken_on == date(2026, 5, 12)
    lines = [(str(line.amount), line.account_reference, line.mop) for line in done.receipt.lines]
    assert lines == [("99.00", "00000000001", "92"), ("1.00", "99900000001", "92")]
    assert (done.deposit.merchant, done.deposit.terminal, done.deposit.z_report) == ("M1", "T1", "0041")
    assert str(done.deposit.total) == "100.00"
    laws_hold(office)


def test_cheques_keep_their_drawers_beside_the_record(office: Installation, boss: Installation) -> None:
    made = at.submitted(office, kind=CHEQUE)
    (done,) = approved(boss, made)
    assert done.receipt is not None
    assert done.receipt.lines[0].mop == "EC"
    assert [cheque.drawer for cheque in done.ereturn.contents.cheques] == ["A Drawer", "A Drawer"]
    with office.store.engine.begin() as connection:
        found = connection.execute(sa.select(personal.data.c.value)).scalars().all()
        assert any("A Drawer" in value for value in found)
        connection.execute(sa.delete(personal.data))
    shown = whole_ereturn(boss, made.number).ereturn.contents
    assert [(str(cheque.amount), cheque.drawer) for cheque in shown.cheques] == [
        ("30.00", None),
        ("12.00", None),
    ]


def test_a_short_till_takes_from_its_account(office: Installation, boss: Installation) -> None:
    contents = at.cash(at.line("156.00"), over_short=pounds("-1.00"), over_short_reason="short")
    (done,) = approved(boss, at.submitted(office, contents))
    assert done.receipt is not None
    assert [str(line.amount) for line in done.receipt.lines] == ["156.00", "-1.00"]
    assert done.receipt.lines[1].narrative == "Short, eReturn R1"
    laws_hold(office)


def test_what_is_over_by_more_than_one_person_may_pass_is_passed_by_another(
    office: Installation, boss: Installation
) -> None:
    contents = at.cash(at.line("145.00"), over_short=pounds("10.00"), over_short_reason="over")
    made = at.submitted(office, contents)
    (done,) = approved(boss, made)
    assert done.receipt is not None
    assert done.receipt.total == pounds("155.00")


def test_vat_follows_the_code_that_the_line_was_put_to(office: Installation, boss: Installation) -> None:
    ten = Counted.of(counts={Denomination.TEN_POUNDS: 1})
    put = at.line("10.00", 2, account_reference="123456", vat_code="N0", description="Bins, exempt")
    left = evolve(put, vat_code=None)
    first, second = (
        at.submitted(office, at.cash(each, cash=ten, bag_number=bag)) for each, bag in ((put, "B1"), (left, "B2"))
    )  # fmt: skip
    made = approved(boss, first, second)
    vats = [str(done.receipt.lines[0].vat) for done in made if done.receipt is not None]
    assert vats == ["0.00", "1.67"]
    assert made[0].receipt is not None
    assert made[0].receipt.lines[0].narrative == "Bins, exempt"


def test_a_nil_return_records_nothing(office: Installation, boss: Installation) -> None:
    made = at.submitted(office, Contents(nil=True))
    (done,) = approved(boss, made)
    assert (done.ereturn.state, done.receipt, done.deposit) == (S.APPROVED, None, None)
    assert list_deposits(boss) == []


NEXT: dict[EReturnAct, Callable[[Installation, str], object]] = {
    A.SAVE: lambda house, number: save_ereturn(house, number, at.cash(bag_number=number)),
    A.SUBMIT: submit_ereturn,
    A.CORRECT: lambda house, number: correct_ereturn(house, number, at.cash(bag_number=number)),
    A.SEND_BACK: lambda house, number: send_back_ereturn(house, number, note="again"),
    A.APPROVE: lambda house, number: approve_ereturns(house, [number]),
    A.DELETE: delete_ereturn,
}


def _in(state: EReturnState, office: Installation, boss: Installation) -> EReturn:
    made = at.started(office)
    if state in {S.IN_PROGRESS, S.SUBMITTED, S.APPROVED, S.DELETED}:
        save_ereturn(office, made.number, at.cash(bag_number=made.number))
    if state in {S.SUBMITTED, S.APPROVED, S.DELETED}:
        submit_ereturn(office, made.number)
    if state is S.APPROVED:
        approved(boss, made)
    if state in {S.VOIDED, S.DELETED}:
        delete_ereturn(office.acting("tester"), made.number)
    found = whole_ereturn(office, made.number).ereturn
    assert found.state is state
    return found


@on_sqlite
@pytest.mark.parametrize("state", S)
def test_every_act_in_every_state_is_done_or_refused_as_the_table_says(
    office: Installation, boss: Installation, state: EReturnState
) -> None:
    somebody = office.acting("tester")  # an administrator may do everything, and has no hand in it yet
    made = _in(state, office, boss)
    for act in NEXT.keys() - {act for before, act in TRANSITIONS if before is state}:
        refused("wrong_state", lambda act=act: NEXT[act](somebody, made.number), RuleViolation)
    assert whole_ereturn(office, made.number).ereturn == made
    for act in [act for before, act in TRANSITIONS if before is state]:
        made = _in(state, office, boss)
        NEXT[act](somebody, made.number)
        assert whole_ereturn(office, made.number).ereturn.state is TRANSITIONS[state, act]


@on_sqlite
def test_whoever_filled_it_in_does_not_approve_it(office: Installation, boss: Installation) -> None:
    everybody = office.acting("tester"), office.acting("second")
    made = start_ereturn(everybody[0], "library", CASH)
    submit_ereturn(everybody[1], made.number, at.cash())
    for each in everybody:
        refused("same_person", lambda each=each: approved(each, made), RuleViolation)
    approved(boss, made)


@on_sqlite
def test_whoever_corrects_it_does_not_approve_it(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    correct_ereturn(boss, made.number, at.cash(slip="9"))
    refused("same_person", lambda: approved(boss, made), RuleViolation)
    approved(office.acting("tester"), made)


@on_sqlite
def test_sending_back_needs_a_note_which_is_kept(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    refused("reason_missing", lambda: send_back_ereturn(boss, made.number, note=" "), InvalidValue)
    back = send_back_ereturn(boss, made.number, note="Count the coins again")
    assert back.state is S.IN_PROGRESS
    shown = whole_ereturn(office, made.number).ereturn
    assert [event.note for event in shown.events][-1] == "Count the coins again"
    submit_ereturn(office, made.number)
    approved(boss, made)


NO_ROW_ALLOWS = [
    (at.line("1", 4), "unknown_line"), (at.line("1", 9), "unknown_line"), (at.line("0", 9), "unknown_line"),
    (at.line("1", 2), "missing_value"), (at.line("1", 2, account_reference="12A456"), "not_a_digit"),
    (at.line("1", 2, account_reference="123457"), "differs_from_mask"),
    (at.line("1", 2, account_reference="12345"), "bad_length"),
    (at.line("1", account_reference="00000000002"), "override_not_allowed"),
    (at.line("1", vat_code="W0"), "override_not_allowed"),
    (at.line("1", description="Other"), "override_not_allowed"),
    (at.line("1", 2, account_reference="123456", vat_code="??"), "vat_code_not_allowed"),
    (at.line("-1"), "amount_not_positive"),
]  # fmt: skip


@on_sqlite
def test_saving_refuses_what_no_row_allows(office: Installation) -> None:
    made = at.started(office)
    for line, code in NO_ROW_ALLOWS:
        wrong = Contents(lines=(line,))
        refused(code, lambda wrong=wrong: save_ereturn(office, made.number, wrong), InvalidValue)
        # A failed save fails the submit, and nothing of either stays.
        refused(code, lambda wrong=wrong: submit_ereturn(office, made.number, wrong))
    assert whole_ereturn(office, made.number).ereturn.state is S.NEW


@on_sqlite
def test_lines_of_nothing_may_be_blank(office: Installation) -> None:
    kept = Contents(lines=(at.line("0", 2), at.line("0"), at.line("1.00", 3)))
    assert at.saved(office, kept).contents == kept


@on_sqlite
def test_what_was_saved_is_read_back_whole(office: Installation) -> None:
    every = {
        CASH: at.cash(at.line("1", 2, account_reference="123456", vat_code="N0", description="Own words")),
        CHEQUE: at.cheques(
            cheques=(
                at.cheque(),
                at.cheque("1.00", 2, sort_code="200000", account="12345678", number="000001"),
            )
        ),
        CARD: at.cards(over_short=Money(-3), over_short_reason="why"),
    }
    for kind, contents in every.items():
        made = at.saved(office, contents, kind)
        assert whole_ereturn(office, made.number).ereturn.contents == contents


@on_sqlite
def test_all_cheques_may_be_removed_again(office: Installation) -> None:
    made = at.saved(office, kind=CHEQUE)
    save_ereturn(office, made.number, at.cheques(cheques=()))
    assert whole_ereturn(office, made.number).ereturn.contents.cheques == ()
    refused("no_cheques", lambda: submit_ereturn(office, made.number))


@on_sqlite
def test_a_cheque_has_a_drawer(office: Installation) -> None:
    made = at.started(office, CHEQUE)
    blank = at.cheques(cheques=(at.cheque(drawer=" "),))
    refused("missing_value", lambda: save_ereturn(office, made.number, blank), InvalidValue)


@on_sqlite
def test_a_reference_must_be_the_funds_before_it_is_submitted(office: Installation) -> None:
    made = at.started(office)
    wrong = at.cash(at.line("155.00", 5, account_reference="612345675"))
    save_ereturn(office, made.number, wrong)
    refused("reference_check_digit", lambda: submit_ereturn(office, made.number), InvalidValue)
    submit_ereturn(office, made.number, at.cash(at.line("155.00", 5, account_reference="612345674")))


@on_sqlite
def test_an_account_that_must_exist_must_exist_and_be_open(desk: Installation) -> None:
    council = at.a_council()
    known = evolve(
        council, funds={**council.funds, "23": evolve(council.funds["23"], account_must_exist=True)}
    )
    office = evolve(desk, council=known)
    made = at.saved(office, at.cash(at.line("155.00", 5, account_reference="612345674")))
    refused("account_not_found", lambda: submit_ereturn(office, made.number), InvalidValue)
    holder = AccountHolder(fund="23", account_reference="612345674", closed_on=date(2026, 1, 1))
    save_holder(office, holder)
    refused("account_closed", lambda: submit_ereturn(office, made.number), RuleViolation)


@on_sqlite
def test_a_fund_that_was_disabled_since_takes_no_more(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    funds = boss.council.funds
    closed = evolve(boss.council, funds={**funds, "LB": evolve(funds["LB"], disabled=True)}, over_short=None)
    error = refused("fund_not_allowed", lambda: approved(evolve(boss, council=closed), made))
    assert error.data["ereturn"] == "R1"


@on_sqlite
def test_differences_need_an_account_in_the_settings(desk: Installation) -> None:
    office = at.house(desk, over_short=None)
    contents = at.cash(at.line("154.00"), over_short=pounds("1.00"), over_short_reason="over")
    refused("no_over_short", lambda: at.submitted(office, contents), ConfigurationError)


def test_a_bag_is_paid_in_once(office: Installation, boss: Installation) -> None:
    first, second = at.submitted(office), at.submitted(office)
    approved(boss, first)
    error = refused("bag_number_used", lambda: approved(boss, second), AlreadyDone)
    assert error.message.startswith("eReturn R2: Bag BAG1")
    refused("bag_number_used", lambda: at.submitted(office), AlreadyDone)


def test_of_two_of_one_batch_with_one_bag_neither_is_approved(
    office: Installation, boss: Installation
) -> None:
    both = at.submitted(office), at.submitted(office)
    refused("bag_number_used", lambda: approved(boss, *both), AlreadyDone)
    assert [each.state for each in list_ereturns(boss)] == [S.SUBMITTED, S.SUBMITTED]
    assert list_deposits(boss) == []


def test_a_z_report_is_paid_in_once(office: Installation, boss: Installation) -> None:
    first, second = (at.submitted(office, kind=CARD) for _ in range(2))
    approved(boss, first)
    refused("z_report_used", lambda: approved(boss, second), AlreadyDone)
    approved(boss, at.submitted(office, at.cards(report="0042"), CARD))


@pytest.mark.parametrize("bag", ["bag1", "BAG 1", "Bag-1", "ＢＡＧ1"])
@on_sqlite
def test_a_bag_is_one_however_its_number_is_written(
    office: Installation, boss: Installation, bag: str
) -> None:
    approved(boss, at.submitted(office))
    refused("bag_number_used", lambda: at.submitted(office, at.cash(bag_number=bag)), AlreadyDone)


@pytest.mark.parametrize("report", ["41", "041", "00-41"])
@on_sqlite
def test_a_z_report_is_one_however_its_number_is_written(
    office: Installation, boss: Installation, report: str
) -> None:
    approved(boss, at.submitted(office, kind=CARD))
    refused("z_report_used", lambda: at.submitted(office, at.cards(report=report), CARD), AlreadyDone)


def test_of_one_batch_a_bag_in_two_spellings_is_one(office: Installation, boss: Installation) -> None:
    both = at.submitted(office), at.submitted(office, at.cash(bag_number="bag 1"))
    refused("bag_number_used", lambda: approved(boss, *both), AlreadyDone)


@on_sqlite
def test_a_z_report_of_tomorrow_is_refused(office: Installation) -> None:
    future = at.cards(card=evolve(at.cards().card, z_on=date(2026, 5, 14)))
    refused("day_in_future", lambda: at.submitted(office, future, CARD), InvalidValue)


def test_several_are_approved_all_or_none(office: Installation, boss: Installation) -> None:
    first, second = at.submitted(office), at.submitted(office, kind=CHEQUE)
    open_ = at.saved(office, kind=CARD)
    refused("wrong_state", lambda: approved(boss, first, open_, second), RuleViolation)
    assert [each.state for each in list_ereturns(boss, states=[S.SUBMITTED])] == [S.SUBMITTED] * 2
    made = approve_ereturns(boss, ["r1", "R0002", "R1"])
    assert [done.ereturn.state for done in made] == [S.APPROVED] * 2
    laws_hold(office)


def test_what_was_submitted_is_deleted_with_a_notice_and_what_was_not_is_voided_without(
    office: Installation, boss: Installation
) -> None:
    made = at.submitted(office)
    assert delete_ereturn(boss, made.number).state is S.DELETED
    with office.store.reading() as connection:
        (notice,) = outbox.some(connection)
    assert (notice.kind, notice.receipt, notice.transaction) == (MessageKind.NOTICE, "R1", None)
    assert notice.contents is not None
    assert notice.contents.to == "cashiers@example.gov.uk"
    assert "R1 (library, cash, £155.00) was deleted by boss" in notice.contents.text
    assert delete_ereturn(boss, at.saved(office).number).state is S.VOIDED
    with office.store.reading() as connection:
        assert len(list(outbox.some(connection))) == 1
    laws_hold(office)


@on_sqlite
def test_the_notice_is_sent_like_any_message_and_removed_like_any(
    office: Installation, boss: Installation
) -> None:
    delete_ereturn(boss, at.submitted(office).number)
    post = Post()
    chosen = ChosenNotifier(name="post", opened=lambda: nullcontext(post))
    assert deliver_messages(evolve(office.acting("tester"), notifier=chosen)).sent == 1
    assert [message.to for message, _ in post.taken] == ["cashiers@example.gov.uk"]
    other = LegalHold(
        id=new_id(),
        kind=HoldKind.ACCOUNT,
        fund="23",
        account_reference="612345674",
        reason="Court",
        until=None,
        by="x",
        at=office.clock(),
    )
    with office.store.reading() as connection:
        # A hold of somebody else's account holds nothing that belongs to no account.
        assert retiring.count(connection, retiring.CLASSES["messages"], retiring.ANY, [other]) == (1, 0)


@on_sqlite
def test_whoever_started_it_may_void_it_but_not_delete_it(office: Installation) -> None:
    assert delete_ereturn(office, at.started(office).number).state is S.VOIDED
    made = at.submitted(office)
    refused("not_permitted", lambda: delete_ereturn(office, made.number), NotPermitted)


@on_sqlite
def test_a_colleague_may_not_void_it(desk: Installation, office: Installation) -> None:
    money_in.employ(at.house(desk), "colleague", "ereturns")
    made = at.started(office)
    refused("not_permitted", lambda: delete_ereturn(office.acting("colleague"), made.number), NotPermitted)


@on_sqlite
def test_templates_are_given_by_name_or_user_or_office(desk: Installation) -> None:
    own = at.a_template(users=("Clerk",)), at.a_template(name="museum", users=(), offices=("TH",))
    house = at.house(desk, *own)
    clerk = money_in.employ(house, "clerk", "ereturns")
    assert [each.name for each in list_templates(clerk)] == ["library"]
    assert [each.name for each in list_templates(house)] == ["library", "museum"]
    refused("template_not_given", lambda: start_ereturn(clerk, "museum", CASH), NotPermitted)
    made = start_ereturn(clerk, "library", CASH, office="TH")
    other = money_in.employ(house, "other", "ereturns")
    refused("template_not_given", lambda: whole_ereturn(other, made.number), NotPermitted)
    refused("template_not_given", lambda: save_ereturn(other, made.number, at.cash()), NotPermitted)
    assert list_ereturns(other) == []
    assert [each.number for each in list_ereturns(clerk)] == ["R1"]


@on_sqlite
def test_an_authoriser_without_every_template_keeps_to_their_own(
    desk: Installation, office: Installation
) -> None:
    from localgov_ims.domain.permissions import Permission
    from localgov_ims.domain.roles import Role

    council = office.council
    narrow = Role(name="narrow", permissions=frozenset({Permission.ERETURN_AUTHORISE}))
    house = evolve(desk, council=evolve(council, roles={**council.roles, "narrow": narrow}))
    boss = money_in.employ(house, "narrow-boss", "narrow")
    made = at.submitted(office)
    refused("template_not_given", lambda: approved(boss, made), NotPermitted)


@on_sqlite
def test_a_return_keeps_its_template_as_it_was(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    changed = at.a_template(rows=at.a_template().rows[2:3])
    later = evolve(boss, council=at.a_council(changed))
    (done,) = approved(later, made)
    assert done.receipt is not None
    assert done.receipt.lines[0].fund == "LB"


@on_sqlite
def test_a_retired_or_unknown_template_starts_nothing(desk: Installation) -> None:
    house = at.house(desk, at.a_template(retired=True))
    for name in ("library", "nothing"):
        refused("no_such_template", lambda name=name: start_ereturn(house, name, CASH), NotFound)


@on_sqlite
def test_a_template_says_what_may_be_paid_in(desk: Installation) -> None:
    house = at.house(desk, at.a_template(allows_card=False))
    refused("kind_not_allowed", lambda: start_ereturn(house, "library", CARD), RuleViolation)
    refused("office_not_known", lambda: start_ereturn(house, "library", CASH, office="??"), InvalidValue)


@on_sqlite
def test_an_unknown_number_is_not_found(office: Installation) -> None:
    for number in ("R9", "R0", "", "9", "R12345678901234", "K7MP"):
        refused("no_such_ereturn", lambda number=number: whole_ereturn(office, number), NotFound)


@on_sqlite
def test_a_restricted_account_is_nobodys_to_pay_in_or_to_see(
    office: Installation, boss: Installation
) -> None:
    contents = at.cash(at.line("155.00", 5, account_reference="612345674"))
    made = at.submitted(office, contents)
    restrict_account(
        office.acting("tester"), fund="23", account_reference="612345674", kind=RestrictionKind.OWN,
        users=("clerk", "boss"), reason="their own",
    )  # fmt: skip
    for call in (
        lambda: at.saved(office, contents), lambda: approved(boss, made), lambda: whole_ereturn(office, made.number),
        lambda: correct_ereturn(boss, made.number, at.cash()),
    ):  # fmt: skip
        refused("not_permitted", call, NotPermitted)
    approved(office.acting("tester"), made)


def test_what_was_approved_wrongly_is_reversed(office: Installation, boss: Installation) -> None:
    short = at.cash(at.line("156.00"), over_short=pounds("-1.00"), over_short_reason="short")
    (done,) = approved(boss, at.submitted(office, short))
    assert done.receipt is not None
    reverse_transaction(office.acting("tester"), done.receipt.reference, reason="Paid in twice")
    assert list_deposits(boss) == []
    (view,) = list_deposits(boss, every=True)
    assert view.coming.nothing
    laws_hold(office)


@on_sqlite
def test_the_list_is_whole_or_of_some_states(office: Installation, boss: Installation) -> None:
    at.started(office)
    at.submitted(office)
    assert [each.number for each in list_ereturns(boss)] == ["R2", "R1"]
    assert [each.number for each in list_ereturns(boss, states=[S.NEW])] == ["R1"]
    assert [each.number for each in list_ereturns(boss, template="museum")] == []
    assert [each.number for each in list_ereturns(office, limit=1)] == ["R2"]
    refused("bad_limit", lambda: list_ereturns(office, limit=0), InvalidValue)


@on_sqlite
def test_an_office_is_that_of_the_user_unless_another_is_named(desk: Installation) -> None:
    house = at.house(desk, offices={"TH": Office(code="TH", name="Town hall")})
    assert start_ereturn(house, "library", CASH, office="TH").office == "TH"


def _race(calls: list[Callable[[], object]]) -> list[object]:
    """Do everything at once, and return what each gave or how it was refused."""
    barrier, results = Barrier(len(calls)), list[object]([None] * len(calls))

    def run(place: int, call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = call()
        except ImsError as error:
            results[place] = error.code

    threads = [Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_who_approve_at_once_one_does(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    results = _race([lambda: approved(boss, made), lambda: approved(office.acting("tester"), made)])
    assert results.count("wrong_state") == 1
    assert len([each for each in results if isinstance(each, list)]) == 1
    assert len(list_deposits(boss)) == 1
    laws_hold(office)


def test_of_approving_and_deleting_at_once_one_happens(office: Installation, boss: Installation) -> None:
    made = at.submitted(office)
    results = _race(
        [lambda: approved(boss, made), lambda: delete_ereturn(office.acting("tester"), made.number)]
    )
    assert [each == "wrong_state" for each in results].count(True) == 1
    laws_hold(office)


def test_of_two_batches_in_opposite_order_one_is_approved_and_none_is_stuck(
    office: Installation, boss: Installation
) -> None:
    first, second = at.submitted(office), at.submitted(office, kind=CHEQUE)
    tester = office.acting("tester")
    results = _race([lambda: approved(boss, first, second), lambda: approved(tester, second, first)])
    assert results.count("wrong_state") == 1
    assert len(list_deposits(boss)) == 2


def test_two_who_start_at_once_have_two_numbers(office: Installation) -> None:
    results = _race([lambda: at.started(office).number for _ in range(4)])
    assert sorted(map(str, results)) == ["R1", "R2", "R3", "R4"]


def test_the_bank_brings_it_by_the_number_of_its_slip_or_bag(
    office: Installation, boss: Installation
) -> None:
    first, second = at.submitted(office), at.submitted(office, at.cash(slip=None, bag_number="BAG2"))
    approved(boss, first, second)
    tester = office.acting("tester")
    assert [view.age for view in list_deposits(boss)] == [0, 0]
    brought = [
        files.entry("155.00", "CASH", end_to_end="500001"),
        files.entry("155.00", "CASH", end_to_end="BAG9"),
    ]
    (result,) = import_files(tester, [files.camt(*brought, day=date(2026, 5, 13))])
    assert result.status == "recorded"
    reconcile(tester)
    assert [view.deposit.bag_number for view in list_deposits(boss)] == ["BAG2"]
    came, waits = list_deposits(boss, every=True)
    assert (came.coming.came, waits.coming.came) == (True, False)
    laws_hold(office)


@on_sqlite
def test_a_note_is_written_by_those_who_may_see_the_return(desk: Installation, office: Installation) -> None:
    made = at.started(office)
    noted = add_note(office, NoteSubject.ERETURN, " r001 ", "Counted twice")
    assert noted.subject == made.number
    assert [each.text for each in notes_of(office, NoteSubject.ERETURN, "R1")] == ["Counted twice"]
    other = money_in.employ(at.house(desk), "other", "ereturns")
    refused("template_not_given", lambda: add_note(other, NoteSubject.ERETURN, "R1", "x"), NotPermitted)
    refused("no_such_ereturn", lambda: add_note(office, NoteSubject.ERETURN, "R2", "x"), NotFound)


@on_sqlite
def test_what_is_short_is_posted_and_balances(office: Installation, boss: Installation) -> None:
    short = at.cash(at.line("156.00"), over_short=pounds("-1.00"), over_short_reason="short")
    (done,) = approved(boss, at.submitted(office, short))
    assert done.receipt is not None
    tester = office.acting("tester")
    (journal,) = posted(tester)
    assert journal.debits == journal.credits == pounds("157.00")
    told = " ".join(explain(tester, done.receipt.reference)[0].sentences)
    assert "It is what eReturn R1 became." in told


@on_sqlite
def test_a_drawer_is_found_and_erased_alone(office: Installation) -> None:
    made = at.saved(
        office,
        at.cheques(cheques=(at.cheque(drawer="Amina Khan"), at.cheque("12.00", 2, drawer="Bo Lee"))),
        CHEQUE,
    )
    with office.store.reading() as connection:
        found = subjects.find(connection, Subject(names=("Amina Khan",)))
    assert {name: len(records) for name, records in found.theirs.items() if records} == {"ereturn_cheques": 1}
    (record,) = found.theirs["ereturn_cheques"]
    with office.store.engine.begin() as connection:
        connection.execute(sa.delete(personal.data).where(personal.data.c.record == record))
    shown = whole_ereturn(office, made.number).ereturn.contents
    assert [cheque.drawer for cheque in shown.cheques] == [None, "Bo Lee"]


@on_sqlite
def test_each_version_of_what_it_says_is_kept(office: Installation) -> None:
    made = at.saved(office)
    save_ereturn(office, made.number, at.cash(slip="2"))
    with office.store.reading() as connection:
        slips = connection.execute(sa.select(said.contents.c.slip).order_by(said.contents.c.number)).scalars()
        assert list(slips) == ["500001", "2"]


@on_sqlite
@pytest.mark.parametrize(
    ("tampered", "sentence"),
    [
        ("UPDATE ereturn_lines SET pence = pence + 1", "its lines come to £155.01"),
        ("UPDATE ereturn_cash SET pence = pence, many = many + 1", "was counted, but £155.00 was recorded"),
        ("UPDATE expected_deposits SET pence = 1", "£0.01 is expected"),
        ("UPDATE transaction_lines SET pence = 15499", "£154.99 was recorded"),
        ("UPDATE ereturn_events SET state = 'submitted'", "but it was recorded as income"),
        ("UPDATE transactions SET origin_id = 'x'", "the eReturn is not there"),
        ("UPDATE expected_deposits SET source = 'f' || substr(source, 2)", "the eReturn is not there"),
    ],
)  # fmt: skip
def test_income_that_is_not_what_was_counted_breaks_the_fifth_law(
    office: Installation, boss: Installation, tampered: str, sentence: str
) -> None:
    approved(boss, at.submitted(office))
    with office.store.engine.begin() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).scalars()
        for name in triggers.all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        assert connection.exec_driver_sql(tampered).rowcount
    (fifth,) = [law for law in verify(office.acting("tester")) if law.law == 5]
    assert any(sentence in broken for broken in fifth.broken), fifth.broken
