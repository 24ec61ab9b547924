"""Clearing suspense: every penny an item gives arrives somewhere, once, and is given back whole when it is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.builders import pounds
from tests.conftest import on_sqlite
from tests.service import money_in as at
from tests.service.suspended import (
    amounts,
    an_item,
    balance,
    clear,
    code_of,
    gives,
    laws_hold,
    library,
    rent,
    with_credit_notes,
)

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving, placements_of
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.refunds import Route
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.errors import AlreadyDone, ImsError, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.holders.seeing import save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.proposing import waiting_proposals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_undoing import clearances_of, undo_clearance
from localgov_ims.storage import transactions

PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")


@pytest.fixture
def desk(desk: Installation) -> Installation:
    """Give the council of the worked examples: one of its funds gives credit notes."""
    return evolve(desk, council=with_credit_notes(desk.council))


# --- Worked cases ------------------------------------------------------------------------------------------


def test_an_item_and_a_credit_note_pay_a_target(desk: Installation) -> None:
    item = an_item(desk, "10.00")
    made = clear(desk, [item], [rent("20.00")], library("10.00"))
    assert amounts(made) == ["-10.00", "20.00", "-10.00"]
    assert [(each.fund, each.account_reference, each.mop) for each in made.lines] == [
        ("SUSP", None, "JN"), ("05", "TEN1", "JR"), ("LB", "L1", "JR"),
    ]  # fmt: skip
    assert [(p.item, p.target, str(p.amount)) for p in placements_of(made)] == [(1, 1, "10.00")]
    assert (made.kind, made.taken_on, made.total.pence) == (TransactionKind.TRANSFER, date(2026, 5, 12), 0)
    assert (at.left(desk, item), balance(desk)) == ("0.00", 0)
    assert laws_hold(desk)


def test_what_is_left_of_the_targets_is_paid_by_the_credit_note(desk: Installation) -> None:
    item = an_item(desk, "100.00")
    made = clear(desk, [item], [rent("90.00"), at.item(amount="30.00")], library("20.00"))
    assert amounts(made) == ["-100.00", "90.00", "30.00", "-20.00"]
    assert [(p.target, str(p.amount)) for p in placements_of(made)] == [(1, "90.00"), (2, "10.00")]
    assert laws_hold(desk)


def test_each_undoing_gives_back_exactly_what_was_given_and_only_once(desk: Installation) -> None:
    item = an_item(desk, "100.00")
    first = clear(desk, [gives(item, "25.00")], [rent("25.00")])
    assert (at.left(desk, item), balance(desk)) == ("75.00", 7500)
    clear(desk, [gives(item, "75.00")], [rent("75.00")])
    assert (at.left(desk, item), balance(desk)) == ("0.00", 0)
    undone = undo_clearance(desk, first.reference, reason="Wrong tenant")
    assert amounts(undone) == ["25.00", "-25.00"]
    assert {line.narrative for line in undone.lines} == {"Wrong tenant"}
    assert (at.left(desk, item), balance(desk)) == ("25.00", 2500)
    with pytest.raises(AlreadyDone) as refused:
        undo_clearance(desk, first.reference, reason="Again")
    assert refused.value.code == "already_reversed"
    with pytest.raises(AlreadyDone):
        reverse_transaction(desk, first.reference, reason="And again")
    assert laws_hold(desk)


# --- Refusals ----------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("code", "items", "targets", "notes"),
    [
        (("no_items", None), [], [rent("10.00")], []),
        (("more_than_left", None), ["0.00"], [], []),
        (("more_than_left", None), ["-10.00"], [rent("-10.00")], []),
        (("more_than_left", None), ["10.01"], [rent("10.01")], []),
        (("more_than_left", None), ["6.00", "6.00"], [rent("12.00")], []),
        (("not_balanced", None), [None], [rent("30.00")], [library("10.00")]),
        (("not_balanced", None), [None], [], []),
        (("target_is_suspense", None), [None], [at.item("SUSP", "X", "10.00")], []),
        (("target_is_suspense", None), [None], [rent("20.00")], [at.item("SUSP", "X", "10.00")]),
        (("credit_note_not_allowed", None), [None], [at.item(amount="20.00")], [rent("10.00")]),
        (("fund_not_allowed", None), [None], [at.item("XX", "1", "10.00")], []),
        (("fund_not_allowed", None), [None], [rent("20.00")], [at.item("XX", "1", "10.00")]),
        (("bad_target", "reference_check_digit"), [None], [at.item("23", "612345675", "10.00")], []),
        (("bad_target", "reference_missing"), [None], [at.item("05", None, "10.00")], []),
        (("bad_target", "amount_not_possible"), [None], [rent("10.00"), rent("0.00")], []),
        (("bad_target", "amount_not_possible"), [None], [rent("15.00"), rent("-5.00")], []),
        (("bad_target", "amount_not_possible"), [None], [rent("5.00")], [library("-5.00")]),
        (("bad_target", "vat_code_not_allowed"), [None], [rent("10.00", vat_code="W0")], []),
        (("bad_target", "mop_not_allowed"), [None], [rent("10.00", mop="??")], []),
    ],
)
def test_a_clearance_that_cannot_be_is_refused_and_nothing_is_written(
    desk: Installation,
    code: tuple[str, str | None],
    items: list[str | None],
    targets: list[BasketItem],
    notes: list[BasketItem],
) -> None:
    item = an_item(desk, "10.00")
    before = at.every_transaction(desk)
    with pytest.raises(ImsError) as refused:
        clear_items(desk, [gives(item, each) for each in items], targets, credit_notes=notes)
    assert code_of(refused.value) == code
    assert at.every_transaction(desk) == before
    assert at.left(desk, item) == "10.00"


@on_sqlite
@pytest.mark.parametrize("reference", ["K7MP-2QXW-9TRN_1", "nothing", "\0"])
def test_only_items_are_cleared(desk: Installation, reference: str) -> None:
    with pytest.raises(NotFound) as refused:
        clear(desk, [reference], [rent("10.00")])
    assert refused.value.code == "no_such_item"
    made = clear(desk, [an_item(desk, "10.00")], [rent("10.00")])
    for line in made.lines:
        with pytest.raises(NotFound):
            clear(desk, [line.reference], [rent("10.00")])


@on_sqlite
def test_an_account_that_is_closed_or_unknown_is_no_target(desk: Installation) -> None:
    funds = {**desk.council.funds, "05": evolve(desk.council.funds["05"], account_must_exist=True)}
    strict = evolve(desk, council=evolve(desk.council, funds=funds))
    save_holder(strict, AccountHolder(fund="05", account_reference="GONE", closed_on=date(2026, 1, 1)))
    save_holder(strict, AccountHolder(fund="05", account_reference="TEN1"))
    item = an_item(strict, "10.00")
    for account, fault in (("GONE", "account_closed"), ("NOBODY", "account_not_found")):
        with pytest.raises(ImsError) as refused:
            clear(strict, [item], [rent("10.00", account)])
        assert code_of(refused.value) == ("bad_target", fault)
    assert amounts(clear(strict, [item], [rent("10.00")])) == ["-10.00", "10.00"]


@on_sqlite
def test_a_target_in_a_fund_that_is_not_ones_own_is_refused_and_suspense_need_not_be_ones_own(
    desk: Installation,
) -> None:
    item = an_item(desk, "10.00")
    clerk = at.employ(evolve(desk, council=_grouped(desk)), "clerk", "income-officer", groups=["housing"])
    with pytest.raises(NotPermitted) as refused:
        clear(clerk, [item], [at.item(amount="10.00")])
    assert refused.value.code == "fund_not_allowed"
    assert amounts(clear(clerk, [item], [rent("10.00")])) == ["-10.00", "10.00"]


def _grouped(desk: Installation) -> object:
    from localgov_ims.domain.roles import FundGroup

    return evolve(desk.council, fund_groups={"housing": FundGroup(name="housing", funds=frozenset({"05"}))})


@on_sqlite
def test_a_restricted_account_is_nobodys_target_who_may_not_touch_it(desk: Installation) -> None:
    item = an_item(desk, "10.00")
    restrict_account(
        at.second(desk),
        fund="05",
        account_reference="TEN1",
        kind=RestrictionKind.OWN,
        users=["tester"],
        reason="Own",
    )
    with pytest.raises(NotPermitted) as refused:
        clear(desk, [item], [rent("10.00")])
    assert refused.value.code == "not_permitted"
    made = clear(at.second(desk), [item], [rent("10.00")])
    with pytest.raises(NotPermitted):
        undo_clearance(desk, made.reference, reason="Mine")


# --- Signs, days and VAT -----------------------------------------------------------------------------------


def test_negative_items_take_negative_targets(desk: Installation) -> None:
    item = an_item(desk, "-20.00")
    made = clear(desk, [gives(item, "-5.00")], [rent("-5.00")])
    assert (amounts(made), at.left(desk, item), balance(desk)) == (["5.00", "-5.00"], "-15.00", -1500)
    with pytest.raises(RuleViolation) as refused:
        clear(desk, [gives(item, "-15.01")], [rent("-15.01")])
    assert refused.value.code == "more_than_left"
    assert laws_hold(desk)


def test_items_offset_each_other_without_a_target(desk: Installation) -> None:
    credit, debit = an_item(desk, "30.00"), an_item(desk, "-20.00")
    made = clear(desk, [gives(credit, "20.00"), debit])
    assert (amounts(made), placements_of(made)) == (["-20.00", "20.00"], ())
    assert (at.left(desk, credit), at.left(desk, debit), balance(desk)) == ("10.00", "0.00", 1000)
    assert laws_hold(desk)
    undo_clearance(desk, made.reference, reason="Not the same money")
    assert (at.left(desk, credit), at.left(desk, debit)) == ("30.00", "-20.00")
    assert laws_hold(desk)


def test_vat_is_that_of_the_day_the_payer_paid(desk: Installation) -> None:
    codes = {**desk.council.vat_codes}
    dated = codes["S"]
    funds = {**desk.council.funds, "13": evolve(desk.council.funds["13"], vat_code="S")}
    taxed = evolve(desk, council=evolve(desk.council, funds=funds))
    item = an_item(taxed, "117.50", on=date(2011, 1, 3))
    made = clear(taxed, [item], [at.item("13", "G1", "117.50")])
    assert (str(made.lines[1].vat), made.lines[1].vat_code, made.taken_on) == (
        "17.50",
        dated.code,
        date(2011, 1, 3),
    )
    assert str(made.lines[0].vat) == "0.00"


def test_items_of_several_days_are_dated_by_the_oldest_and_taxed_each_by_its_own(desk: Installation) -> None:
    funds = {**desk.council.funds, "13": evolve(desk.council.funds["13"], vat_code="S")}
    taxed = evolve(desk, council=evolve(desk.council, funds=funds))
    newer, older = (
        an_item(taxed, "120.00", on=date(2011, 1, 4)),
        an_item(taxed, "117.50", on=date(2011, 1, 3)),
    )
    made = clear(taxed, [newer, older], [at.item("13", "G1", "120.00"), at.item("13", "G2", "117.50")])
    assert [str(line.vat) for line in made.lines] == ["0.00", "0.00", "20.00", "17.50"]
    assert made.taken_on == date(2011, 1, 3)


def test_narratives_are_the_targets_own_else_the_clearances_else_the_items(desk: Installation) -> None:
    said = an_item(desk, "10.00", narrative="FLAT 3")
    made = clear(desk, [said], [rent("4.00", narrative="Own"), rent("6.00", "TEN2")])
    assert [line.narrative for line in made.lines] == ["FLAT 3", "Own", "FLAT 3"]
    other = clear_items(desk, [gives(an_item(desk, narrative=None))], [rent("100.00")], narrative="By phone")
    assert not isinstance(other, Proposal)
    assert other.lines[1].narrative == "By phone"
    silent = clear(desk, [an_item(desk, narrative=None)], [rent("100.00")])
    assert silent.lines[1].narrative == "Clearance"


# --- Two people --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["ME", "mE", " m e ", "m-e", "me."])
@on_sqlite
def test_a_free_reference_is_one_account_for_the_limit_however_it_is_written(
    desk: Installation, other: str
) -> None:
    for account, expected in (("me", Transaction), (other, Proposal), ("you", Transaction)):
        made = clear_items(desk, [Giving(line=an_item(desk, "900.00"))], [library("900.00", account)])
        assert isinstance(made, expected)
    assert laws_hold(desk)


def test_above_the_limit_a_clearance_is_drawn_and_waits_for_another_person(desk: Installation) -> None:
    item = an_item(desk, "2000.00")
    proposal = clear_items(desk, [gives(item, "1500.00")], [rent("1500.00")])
    assert isinstance(proposal, Proposal)
    assert (str(proposal.amount), at.left(desk, item), balance(desk)) == ("1500.00", "500.00", 200000)
    assert laws_hold(desk)
    done = authorise(at.second(desk), proposal.reference)
    made = next(each for each in at.every_transaction(desk) if each.id == done.record)
    assert (amounts(made), made.recorded_by) == (["-1500.00", "1500.00"], "tester")
    assert (at.left(desk, item), balance(desk)) == ("500.00", 50000)
    assert laws_hold(desk)


def test_turned_down_a_clearance_gives_back_what_it_drew(desk: Installation) -> None:
    item = an_item(desk, "2000.00")
    proposal = clear_items(desk, [gives(item)], [rent("1000.00"), rent("1000.00", "TEN2")])
    assert isinstance(proposal, Proposal), "many small targets do not make a large item small"
    assert [each.reference for each in waiting_proposals(at.second(desk))] == [proposal.reference]
    authorise(at.second(desk), proposal.reference, accept=False)
    assert at.left(desk, item) == "2000.00"
    assert laws_hold(desk)


def test_whoever_authorises_needs_the_targets_funds_but_not_suspense(desk: Installation) -> None:
    grouped = evolve(desk, council=_grouped(desk))
    boss = at.employ(grouped, "boss", "income-officer", groups=["housing"])
    with pytest.raises(NotPermitted):
        authorise(boss, _proposed(grouped), accept=True)
    finance = evolve(
        grouped, council=evolve(grouped.council, roles={**grouped.council.roles, "boss": _authoriser()})
    )
    other = at.employ(finance, "other", "boss", groups=["housing"])
    assert authorise(other, _proposed(finance)).accepted


def _proposed(desk: Installation) -> str:
    made = clear_items(desk, [gives(an_item(desk, "2000.00"))], [rent("2000.00")])
    assert isinstance(made, Proposal)
    return made.reference


def _authoriser() -> object:
    from localgov_ims.domain.roles import Role

    return Role(name="boss", permissions=frozenset({Permission.SUSPENSE_AUTHORISE}))


# --- Undoing -----------------------------------------------------------------------------------------------


def test_a_clearance_whose_target_was_moved_on_or_refunded_is_not_undone_before_that(
    desk: Installation,
) -> None:
    item = an_item(desk, "100.00")
    made = clear(desk, [item], [rent("60.00"), at.item(amount="40.00")])
    onward = reallocate_line(desk, made.lines[1].reference, [library("5.00")])
    with pytest.raises(RuleViolation) as refused:
        undo_clearance(desk, made.reference, reason="x")
    assert refused.value.code == "over_available"
    assert not isinstance(onward, Proposal)
    reverse_transaction(desk, onward.reference, reason="First this")
    refund_payment(
        desk, [RefundOf(line=made.lines[2].reference, amount=pounds("1.00"))], reason="Paid twice",
        route=Route.PAYABLES, payee=PAYEE,
    )  # fmt: skip
    with pytest.raises(RuleViolation) as refused:
        undo_clearance(desk, made.reference, reason="x")
    assert refused.value.code == "over_available"
    assert laws_hold(desk)


@on_sqlite
def test_what_is_no_clearance_is_not_undone_as_one(desk: Installation) -> None:
    item = an_item(desk, "10.00")
    for reference in ("K7MP-2QXW-9TRN", item.partition("_")[0]):
        with pytest.raises(NotFound) as refused:
            undo_clearance(desk, reference, reason="x")
        assert refused.value.code == "no_such_clearance"
    made = clear(desk, [item], [rent("10.00")])
    with pytest.raises(RuleViolation) as missing:
        undo_clearance(desk, made.reference, reason=" ")
    assert missing.value.code == "reason_missing"


# --- Two at once -------------------------------------------------------------------------------------------


def test_whoever_saw_another_amount_is_told_what_is_left(desk: Installation) -> None:
    item = an_item(desk, "100.00")
    clear(desk, [gives(item, "25.00", saw="100.00")], [rent("25.00")])
    with pytest.raises(AlreadyDone, match=r"£75\.00 is left now") as refused:
        clear(desk, [gives(item, "50.00", saw="100.00")], [rent("50.00")])
    assert (refused.value.code, refused.value.data["left"]) == ("changed_meanwhile", pounds("75.00"))
    assert at.left(desk, item) == "75.00"


def test_of_two_who_clear_the_same_item_one_wins_and_the_other_is_told(desk: Installation) -> None:
    item = an_item(desk, "100.00")

    def try_it(house: Installation) -> str:
        try:
            clear(house, [Giving(line=item, expected_left=pounds("100.00"))], [rent("100.00")])
        except ImsError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(try_it, [desk, at.second(desk), desk, at.second(desk)]))
    assert sorted(told) == ["changed_meanwhile", "changed_meanwhile", "changed_meanwhile", "done"]
    assert (at.left(desk, item), balance(desk)) == ("0.00", 0)
    assert laws_hold(desk)


def test_parts_that_fit_side_by_side_both_arrive(desk: Installation) -> None:
    item = an_item(desk, "100.00")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: clear(desk, [gives(item, "25.00")], [rent("25.00", f"T{n}")]), range(4)))
    assert (at.left(desk, item), balance(desk)) == ("0.00", 0)
    assert laws_hold(desk)


def test_the_clearances_that_stand_of_an_item_are_found(desk: Installation) -> None:
    item, other = an_item(desk, "100.00"), an_item(desk, "10.00")
    first = clear(desk, [gives(item, "25.00")], [rent("25.00")])
    second = clear(desk, [gives(item, "25.00"), other], [rent("35.00")])
    undo_clearance(desk, first.reference, reason="x")
    with desk.store.reading() as connection:
        lines = transactions.lines.c
        wanted = (
            connection.execute(sa.select(lines.id).where(lines.reference.in_([item, other]))).scalars().all()
        )
        assert clearances_of(connection, wanted) == [second]
        assert clearances_of(connection, []) == []
