"""EReturns: the table of states, masks, and what must be whole before it is submitted."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import NOW, pounds
from tests.service import paying_in as at

from localgov_ims.domain.denominations import NO_CASH, Counted, Denomination
from localgov_ims.domain.deposits import DepositKind, DepositSource, ExpectedDeposit
from localgov_ims.domain.ereturn_contents import NO_CARDS, CardScheme, CardTakings, Contents
from localgov_ims.domain.ereturn_templates import EReturnTemplate, TemplateRow
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnEvent, EReturnState
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.methods import SpecialMethods
from localgov_ims.domain.money import Money
from localgov_ims.domain.over_short import OverShort
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation

A, S = EReturnAct, EReturnState
CASH, CHEQUE, CARD = DepositKind

ALLOWED = {
    (S.NEW, A.SAVE): S.IN_PROGRESS, (S.IN_PROGRESS, A.SAVE): S.IN_PROGRESS,
    (S.IN_PROGRESS, A.SUBMIT): S.SUBMITTED, (S.SUBMITTED, A.CORRECT): S.SUBMITTED,
    (S.SUBMITTED, A.SEND_BACK): S.IN_PROGRESS, (S.SUBMITTED, A.APPROVE): S.APPROVED,
    (S.SUBMITTED, A.DELETE): S.DELETED, (S.NEW, A.DELETE): S.VOIDED, (S.IN_PROGRESS, A.DELETE): S.VOIDED,
}  # fmt: skip
"""The table of the specification, written down a second time."""


def a_return(state: EReturnState = S.SUBMITTED, *acts: tuple[EReturnAct, str]) -> EReturn:
    own = new_id()
    done = acts or ((A.CREATE, "clerk"),)
    events = tuple(
        EReturnEvent(id=new_id(), ereturn=own, number=i, act=act, state=state, by=by, at=NOW)
        for i, (act, by) in enumerate(done, start=1)
    )
    return EReturn(id=own, number="R1", kind=CASH, template=at.a_template(), office=None, events=events)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(S, A)))
def test_every_act_in_every_state_is_as_the_table_says(state: EReturnState, act: EReturnAct) -> None:
    if (state, act) in ALLOWED:
        assert a_return(state).after(act) is ALLOWED[state, act]
        return
    with pytest.raises(RuleViolation, match="R1") as refused:
        a_return(state).after(act)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("act", [A.CREATE, A.SAVE, A.SUBMIT, A.CORRECT])
def test_whoever_had_a_hand_in_it_is_known_whatever_the_case_of_their_name(act: EReturnAct) -> None:
    assert a_return(S.SUBMITTED, (A.CREATE, "other"), (act, "Clerk")).entered_by("clerk")


def test_whoever_only_sent_it_back_had_no_hand_in_it() -> None:
    assert not a_return(S.SUBMITTED, (A.CREATE, "clerk"), (A.SEND_BACK, "boss")).entered_by("boss")


ROW = TemplateRow(number=2, reference="***456", fund="13", description="x", reference_override=True)


def test_a_reference_fits_its_mask() -> None:
    ROW.check_reference("123456")


@pytest.mark.parametrize(
    ("given", "code", "position"),
    [
        ("12A456", "not_a_digit", 3), ("x23456", "not_a_digit", 1), ("12\u0664456", "not_a_digit", 3),
        ("123356", "differs_from_mask", 4), ("123457", "differs_from_mask", 6), ("12345", "bad_length", None),
        ("1234567", "bad_length", None), ("***456", "not_a_digit", 1),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_mask_is_refused_with_its_place(
    given: str, code: str, position: int | None
) -> None:
    with pytest.raises(InvalidValue, match="Row 2") as refused:
        ROW.check_reference(given)
    assert (refused.value.code, refused.value.data.get("position")) == (code, position)


@pytest.mark.parametrize(("kind", "contents"), list(at.USUAL.items()))
def test_the_usual_returns_are_whole(kind: DepositKind, contents: Contents) -> None:
    contents.check_complete(kind)


def test_over_and_short_make_up_the_difference() -> None:
    at.cash(at.line("154.99"), over_short=Money(1), over_short_reason="found on the floor").check_complete(
        CASH
    )
    at.cash(at.line("155.01"), over_short=Money(-1), over_short_reason="lost").check_complete(CASH)


def test_refunds_may_make_a_card_return_negative() -> None:
    scheme = CardScheme(name="Visa", refunds_count=1, refunds=pounds("20.00"))
    takings = evolve(at.cards().card, schemes=(scheme,), z_total=pounds("-20.00"))
    Contents(lines=(at.line("-20.00"),), card=takings).check_complete(CARD)


def _card(**given: Any) -> Contents:
    return evolve(at.cards(), card=evolve(at.cards().card, **given))


@pytest.mark.parametrize(
    ("kind", "contents", "code"),
    [
        (CASH, at.cash(at.line("154.99")), "not_balanced"),
        (CASH, at.cash(bag_number=None), "no_bag_number"),
        (CASH, at.cash(cash=NO_CASH), "no_analysis"),
        (CASH, at.cash(at.line("155.01"), over_short=Money(-1)), "missing_value"),
        (CASH, at.cash(nil=True), "nil_with_money"),
        (CASH, at.cash(at.line("0")), "not_balanced"),
        (CASH, at.cash(at.line("0"), over_short=Money(155_00), over_short_reason="x"), "total_not_positive"),
        (CASH, Contents(), "no_analysis"),
        (CASH, at.cheques(), "wrong_kind"),
        (CASH, at.cards(), "wrong_kind"),
        (CHEQUE, at.cheques(cheques=()), "no_cheques"),
        (CHEQUE, at.cheques(at.line("42.01")), "not_balanced"),
        (CHEQUE, at.cheques(bag_number="B1"), "wrong_kind"),
        (CARD, at.cards(at.line("99.00")), "not_balanced"),
        (CARD, at.cards(z=None), "no_analysis"),
        (CARD, at.cards(card=NO_CARDS), "no_analysis"),
        (CARD, at.cards(z="100.01"), "z_total_differs"),
        (CARD, _card(terminal=None), "missing_value"),
        (CARD, _card(z_report=None), "missing_value"),
        (CARD, _card(z_on=None), "missing_value"),
        (CARD, _card(merchant=None), "missing_value"),
        (CARD, Contents(nil=True, card=CardTakings(z_total=pounds("1"), schemes=(CardScheme(name="V", sales=pounds("1")),))), "nil_with_money"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_submitted(kind: DepositKind, contents: Contents, code: str) -> None:
    with pytest.raises((InvalidValue, RuleViolation)) as refused:
        contents.check_complete(kind)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", DepositKind)
def test_nothing_to_pay_in_is_said_by_nil(kind: DepositKind) -> None:
    Contents(nil=True).check_complete(kind)


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_a_cheque_brings_something(amount: str) -> None:
    with pytest.raises(InvalidValue, match="Cheque 1"):
        at.cheque(amount)


@pytest.mark.parametrize(
    "given", [{"sales_count": -1}, {"refunds": Money(-1)}, {"sales": Money(-1)}, {"refunds_count": -1}]
)
def test_a_z_report_prints_nothing_below_zero(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="Visa"):
        CardScheme(name="Visa", **given)


def test_a_row_stands_once() -> None:
    with pytest.raises(InvalidValue, match="Row 1 stands twice"):
        Contents(lines=(at.line("1"), at.line("2")))
    with pytest.raises(InvalidValue, match="Cheque 1 stands twice"):
        Contents(cheques=(at.cheque(), at.cheque()))


def test_a_template_is_kept_and_read_back_as_it_was() -> None:
    template = at.a_template()
    assert EReturnTemplate.of(template.plain()) == template
    assert [row.number for row in template.live] == [1, 2, 3, 5]


FUNDLESS = TemplateRow(reference="1", fund="??", description="x")


@pytest.mark.parametrize(
    "given",
    [
        {"allows_cash": False, "allows_cheques": False, "allows_card": False},
        {"rows": ()},
        {"rows": (TemplateRow(reference="**1", fund="LB", description="x"),)},
        {"rows": (FUNDLESS,)},
        {"rows": (evolve(FUNDLESS, fund="SUSP"),)},
        {"rows": (evolve(FUNDLESS, fund="13", vat_code="??"),)},
        {"rows": (evolve(FUNDLESS, fund="LB", vat_code="W0"),)},
        {"rows": (evolve(FUNDLESS, fund="23", vat_override=True),)},
        {"offices": ("??",)},
        {"cash_method": "??"},
        {"notify": ("cashiers",)},
    ],
)
def test_a_template_that_contradicts_the_settings_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="eReturn template library"):
        at.a_council(at.a_template(**given))


def test_the_method_is_the_templates_or_the_councils_only_one() -> None:
    council = at.a_council()
    template = at.a_template()
    found = [template.method_of(kind, council.methods, council.special) for kind in DepositKind]
    assert found == ["CA", "EC", "92"]
    own = at.a_template(cash_method="EC", card_method="90")
    assert own.method_of(CASH, council.methods, council.special) == "EC"
    assert own.method_of(CARD, council.methods, council.special) == "90"


def test_where_there_are_two_cash_methods_the_template_says_which() -> None:
    council = at.a_council()
    methods = {**council.methods, "CB": evolve(council.methods["CA"], code="CB")}
    with pytest.raises(ConfigurationError, match="CA, CB"):
        at.a_template().method_of(CASH, methods, council.special)
    with pytest.raises(ConfigurationError, match="card_method"):
        at.a_template().method_of(CARD, methods, SpecialMethods(bank_transfer="12"))


@pytest.mark.parametrize(("fund", "limit"), [("??", 0), ("SUSP", 0), ("LB", -1)])
def test_differences_need_an_account_that_takes_income(fund: str, limit: int) -> None:
    with pytest.raises(ConfigurationError, match="over_short"):
        at.a_council(over_short=OverShort(fund=fund, limit=Money(limit)))


@pytest.mark.parametrize(
    ("pence", "needs"), [(0, False), (500, False), (501, True), (-500, False), (-501, True)]
)
def test_differences_beyond_the_limit_need_another(pence: int, *, needs: bool) -> None:
    assert OverShort(fund="LB", limit=Money(500)).needs_another(Money(pence)) is needs


@pytest.mark.parametrize(("kind", "terminal"), [(CARD, None), (CASH, "T1")])
def test_only_card_takings_name_a_terminal(kind: DepositKind, terminal: str | None) -> None:
    with pytest.raises(InvalidValue, match="terminal"):
        ExpectedDeposit(
            id=new_id(), kind=kind, total=Money(1), due_on=date(2026, 5, 12), terminal=terminal, z_report=terminal,
            source_kind=DepositSource.TILL, source=new_id(), transactions=(),
        )  # fmt: skip


def test_coins_are_counted_in_a_return() -> None:
    counted = Counted.of(counts={Denomination.ONE_PENNY: 1})
    Contents(lines=(at.line("0.01"),), cash=counted, bag_number="B").check_complete(CASH)
