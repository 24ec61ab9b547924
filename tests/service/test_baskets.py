"""Baskets: the same checks on every channel, each item's first failure, all items together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests import builders
from tests.builders import pounds
from tests.conftest import on_sqlite
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import item, pay

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.people import Given, Rights, User
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import ImsError, InvalidValue, NotPermitted, RuleViolation
from localgov_ims.service.auditing import show_audit
from localgov_ims.service.council import Council
from localgov_ims.service.holders.seeing import save_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import lines
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments import item_checks
from localgov_ims.service.payments.asking import take_payment
from localgov_ims.service.payments.receiving import receive_cash, receive_post
from localgov_ims.service.people.restricting import restrict_account

COUNCIL = at.a_council()
TODAY = date(2026, 5, 13)
STAFF = Channel.STAFF

# Council tax accounts: known, closed, unknown but well formed, with a wrong digit, and known with a wrong digit.
KNOWN, UNKNOWN, MISTYPED = "612345674", "623456785", "612345675"


def rights(*permissions: Permission, methods: Collection[str] | None = None) -> Rights:
    user = User(
        id=builders.new_id(), name="clerk", display_name="Clerk", expiry_days=None, given=Given(),
        created_at=builders.NOW,
    )  # fmt: skip
    return Rights(
        user=user, permissions=frozenset(permissions), funds=None,
        methods=frozenset(methods) if methods is not None else None,
    )  # fmt: skip


def holder(account: str = KNOWN, **given: Any) -> AccountHolder:
    return AccountHolder(**{"fund": "23", "account_reference": account} | given)


def with_fund(council: Council, code: str, **given: Any) -> Council:
    return evolve(council, funds={**council.funds, code: evolve(council.funds[code], **given)})


def with_method(council: Council, code: str, **given: Any) -> Council:
    return evolve(council, methods={**council.methods, code: evolve(council.methods[code], **given)})


def at_desk(desk: Installation, council: Council) -> Installation:
    return evolve(desk, council=council)


def refused(desk: Installation, *items: BasketItem, **given: Any) -> ImsError:
    with pytest.raises(ImsError) as caught:
        pay(desk, *items, **given)
    return caught.value


# 1 Fund and method


@pytest.mark.parametrize(
    ("code", "given", "portal", "allowed"),
    [
        ("23", {}, True, True), ("99", {}, True, False), ("", {}, False, False), ("SUSP", {}, False, False),
        ("23", {"disabled": True}, False, False), ("23", {"basket_fund": False}, True, False),
        ("23", {"basket_fund": False}, False, True),
    ],
)  # fmt: skip
def test_a_fund_is_there_enabled_and_in_the_portal_offered(
    code: str, given: dict[str, Any], *, portal: bool, allowed: bool
) -> None:
    council = with_fund(COUNCIL, code, **given) if given else COUNCIL
    if allowed:
        item_checks.check_fund(council, code, portal=portal)
        return
    with pytest.raises(InvalidValue) as caught:
        item_checks.check_fund(council, code, portal=portal)
    assert (caught.value.code, caught.value.data["value"]) == ("fund_not_allowed", code)


@pytest.mark.parametrize(
    ("given", "methods", "channel", "mop"),
    [
        ("24", ["24"], "portal", "24"), (None, ["90"], "portal", "90"), (None, ["91"], "telephone", "91"),
        (None, None, "portal", "90"), (None, [], "portal", "92"), ("24", [], "portal", "24"),
    ],
)  # fmt: skip
def test_a_blank_method_is_the_channels_and_of_who_has_none_the_staff_card(
    given: str | None, methods: list[str] | None, channel: str, mop: str
) -> None:
    assert item_checks.method_of(COUNCIL, rights(methods=methods), given, channel) == mop


def test_money_that_has_come_is_never_by_the_staff_card_of_who_has_no_method() -> None:
    assert item_checks.method_of(COUNCIL, rights(methods=[]), None, "cheque", certain=True) == "24"


@pytest.mark.parametrize(
    ("mop", "methods", "code"),
    [
        ("90", ["90"], None), ("90", None, None), ("92", [], None), ("90", [], "mop_not_given"),
        ("90", ["91"], "mop_not_given"), ("ZZ", None, "mop_not_allowed"), ("", None, "mop_not_allowed"),
        ("91", ["91"], "mop_not_allowed"),
    ],
)  # fmt: skip
def test_a_method_is_there_enabled_and_given_to_the_user(
    mop: str, methods: list[str] | None, code: str | None
) -> None:
    council = with_method(
        evolve(COUNCIL, special=evolve(COUNCIL.special, telephone=None)), "91", disabled=True
    )
    if code is None:
        item_checks.check_method(council, rights(methods=methods), mop)
        return
    with pytest.raises(ImsError) as caught:
        item_checks.check_method(council, rights(methods=methods), mop)
    assert caught.value.code == code


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("channel", "mop"),
    [
        (Channel.PORTAL, "90"), (Channel.API, "90"), (Channel.TELEPHONE, "91"), (Channel.STAFF, "92"),
        (Channel.COUNTER, "92"),
    ],
)  # fmt: skip
def test_each_channel_has_its_own_method(desk: Installation, channel: Channel, mop: str) -> None:
    assert [line.mop for line in pay(desk, item(), channel=channel).lines] == [mop]


# 2 Amounts


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("97.99", None), ("98.99", None), ("97.98", "amount_under_mop_min"), ("99.00", "amount_over_mop_max"),
        ("99.99", "amount_over_mop_max"), ("100.00", "amount_over_fund_max"), ("0.00", "amount_not_positive"),
        ("-97.99", "amount_not_positive"),
    ],
)  # fmt: skip
def test_an_amount_keeps_the_limits_of_fund_and_method(amount: str, code: str | None) -> None:
    council = with_method(COUNCIL, "90", minimum=pounds("97.99"), maximum=pounds("98.99"))
    if code is None:
        item_checks.check_amount(council, "LB", "90", pounds(amount))
        return
    with pytest.raises(ImsError) as caught:
        item_checks.check_amount(council, "LB", "90", pounds(amount))
    assert caught.value.code == code
    assert caught.value.data["value"] == amount


@pytest.mark.parametrize("fund", ["LB", "23"])
def test_limits_hold_with_and_without_a_reference_format(desk: Installation, fund: str) -> None:
    council = with_method(with_fund(COUNCIL, fund, maximum=pounds("99.99")), "90", minimum=pounds("97.99"))
    account = "612345674" if fund == "23" else "anything"
    limited = at_desk(desk, council)
    assert pay(limited, item(fund, account, "97.99")).amount == pounds("97.99")
    assert refused(limited, item(fund, account, "97.98")).code == "amount_under_mop_min"
    assert refused(limited, item(fund, account, "100.00")).code == "amount_over_fund_max"


@pytest.mark.parametrize("text", ["97.999", "1,000.00", "1e2", "£5", "", " 5", "5.", "٥"])
def test_a_text_amount_has_two_decimals_at_most(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        item(amount=text)
    assert caught.value.code == "amount_not_money"


# 3 References, accounts, stops


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("612345674", None), (" 612345674 ", None), (None, "reference_missing"), ("  ", "reference_missing"),
        ("61234567", "reference_length"), ("61234567A", "reference_characters"), (MISTYPED, "reference_check_digit"),
    ],
)  # fmt: skip
def test_a_reference_fits_its_fund(desk: Installation, given: str | None, code: str | None) -> None:
    if code is None:
        assert pay(desk, item(account=given)).lines[0].account_reference == "612345674"
    else:
        assert refused(desk, item(account=given)).code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("anything at all", None), (None, "reference_missing"), ("\t ", "reference_missing"), ("x" * 30, None),
        ("x" * 31, "reference_length"), ("a\0b", "reference_characters"), ("a\nb", "reference_characters"),
    ],
)  # fmt: skip
def test_without_a_format_a_reference_is_not_blank_and_fits(given: str | None, code: str | None) -> None:
    fund = COUNCIL.funds["LB"]
    reference = item_checks.canonical(None, given)
    if code is None:
        item_checks.check_reference(fund, None, reference, None, given=given, today=TODAY)
        return
    with pytest.raises(InvalidValue) as caught:
        item_checks.check_reference(fund, None, reference, None, given=given, today=TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("given", "fine"),
    [("AB 12/3", True), (None, True), ("AB-12", False), ("AB12é", False), ("AB\t12", False)],
)
def test_portal_references_hold_letters_digits_slash_and_space(given: str | None, *, fine: bool) -> None:
    if fine:
        item_checks.check_portal_reference(given)
        return
    with pytest.raises(InvalidValue) as caught:
        item_checks.check_portal_reference(given)
    assert caught.value.code == "reference_characters"


def test_only_the_portal_asks_for_plain_characters(desk: Installation) -> None:
    assert refused(desk, item("LB", "A-1", "1.00")).code == "reference_characters"
    assert pay(desk, item("LB", "A-1", "1.00"), channel=STAFF).lines[0].account_reference == "A-1"


_CLOSED = holder(closed_on=TODAY)


@pytest.mark.parametrize(
    ("given", "known", "code"),
    [
        (KNOWN, holder(), None),
        (MISTYPED, holder(MISTYPED), None),  # known, so neither mask nor check digit is asked
        (UNKNOWN, None, "account_not_found"),
        (MISTYPED, None, "reference_check_digit"),
        ("61234567A", holder("61234567A"), "reference_characters"),  # checks 1 to 4 hold for known ones too
        ("6123", holder("6123"), "reference_length"),
        ("", None, "reference_missing"),
        (KNOWN, _CLOSED, "account_closed"),
        (KNOWN, holder(closed_on=date(2026, 5, 14)), None),
    ],
)
def test_an_account_that_must_exist(given: str, known: AccountHolder | None, code: str | None) -> None:
    fund = evolve(COUNCIL.funds["23"], account_must_exist=True)
    format_ = COUNCIL.formats["council-tax"]

    def check() -> None:
        item_checks.check_reference(fund, format_, format_.compact(given), known, given=given, today=TODAY)

    if code is None:
        check()
        return
    with pytest.raises(ImsError) as caught:
        check()
    assert caught.value.code == code


def test_an_account_that_need_not_exist_is_judged_by_its_format_alone() -> None:
    format_, fund = COUNCIL.formats["council-tax"], COUNCIL.funds["23"]
    item_checks.check_reference(fund, format_, UNKNOWN, None, given=UNKNOWN, today=TODAY)
    item_checks.check_reference(fund, format_, KNOWN, _CLOSED, given=KNOWN, today=TODAY)
    with pytest.raises(InvalidValue, match="probably mistyped"):
        item_checks.check_reference(fund, format_, MISTYPED, holder(MISTYPED), given=MISTYPED, today=TODAY)


def test_without_a_format_an_account_that_must_exist_is_known_or_refused() -> None:
    fund = evolve(COUNCIL.funds["LB"], account_must_exist=True)
    item_checks.check_reference(fund, None, "A1", holder("A1", fund="LB"), given="A1", today=TODAY)
    with pytest.raises(InvalidValue) as caught:
        item_checks.check_reference(fund, None, "A2", None, given="A2", today=TODAY)
    assert caught.value.code == "account_not_found"


def test_the_register_decides_on_accounts_that_must_exist(desk: Installation) -> None:
    strict = at_desk(desk, with_fund(COUNCIL, "23", account_must_exist=True))
    assert refused(strict, item()).code == "account_not_found"
    known = save_holder(strict, holder())
    assert pay(strict, item()).amount == pounds("120.00")
    save_holder(strict, evolve(known, closed_on=TODAY))
    assert refused(strict, item()).code == "account_closed"


_PAY_STOPPED = (Permission.ACCOUNT_PAY_STOPPED,)


@pytest.mark.parametrize(
    ("message", "alone", "permissions", "outcome"),
    [
        (None, True, (), False), ("note", True, (), False), ("note", False, (), False),
        ("court", True, (), "stopped"), ("court", False, (), False), ("court", True, _PAY_STOPPED, "stopped"),
        ("bailiff", True, (), False), ("bailiff", False, (), "stopped"), ("bailiff", False, _PAY_STOPPED, True),
        ("gone from the settings", False, (), False),
    ],
)  # fmt: skip
def test_a_message_stops_only_where_its_flag_says_so(
    message: str | None, *, alone: bool, permissions: tuple[Permission, ...], outcome: bool | str
) -> None:
    account = holder(message=message)
    if outcome != "stopped":
        assert item_checks.check_stop(COUNCIL, rights(*permissions), account, alone=alone) is outcome
        return
    with pytest.raises(RuleViolation) as caught:
        item_checks.check_stop(COUNCIL, rights(*permissions), account, alone=alone)
    assert caught.value.code == "account_on_stop"
    assert COUNCIL.messages[message or ""].text in caught.value.message


def test_the_portal_is_stopped_whoever_asks(desk: Installation) -> None:
    save_holder(desk, holder(message="court"))
    for channel in (Channel.PORTAL, Channel.API):
        assert refused(desk, item(), channel=channel).code == "account_on_stop"
    assert pay(desk, item(), channel=Channel.TELEPHONE).amount == pounds("120.00")


def test_staff_with_the_permission_go_on_and_the_audit_trail_names_it(desk: Installation) -> None:
    save_holder(desk, holder(message="bailiff"))
    pay(desk, item(), channel=STAFF)
    pay(desk, item("2R", "FP20000050", "5.50"), channel=STAFF)
    without, with_ = show_audit(desk, action="take_payment")[:2]
    assert with_.detail["permission"] == "account.pay_stopped payment.take"
    assert without.detail["permission"] == "payment.take"


def test_staff_without_the_permission_are_stopped(desk: Installation) -> None:
    save_holder(desk, holder(message="bailiff"))
    clerk = with_user(desk, "clerk", Permission.PAYMENT_TAKE, Permission.FUND_ALL)
    assert refused(clerk, item(), channel=STAFF).code == "account_on_stop"
    assert pay(clerk, item()).amount == pounds("120.00")


@pytest.mark.parametrize("kind", RestrictionKind)
def test_a_restricted_account_is_refused_before_anything_is_told_of_it(
    desk: Installation, kind: RestrictionKind
) -> None:
    clerk = with_user(desk, "clerk", Permission.PAYMENT_TAKE, Permission.TRANSFER_RECORD, Permission.FUND_ALL)
    save_holder(desk, holder(message="bailiff"))
    restrict_account(desk, fund="23", account_reference=KNOWN, kind=kind, users=["clerk"], reason="Because")
    for given in (item(), item(account="6123 45674"), item(vat_code="XX"), item(amount="0.00")):
        error = refused(clerk, given, channel=STAFF)
        assert isinstance(error, NotPermitted)
        assert "Ring 01" not in error.message
    with pytest.raises(NotPermitted):
        transfer_income(clerk, [item()], [item("2R", "FP20000050")])
    assert pay(clerk, item(account=UNKNOWN), channel=STAFF).amount == pounds("120.00")
    assert pay(desk, item(), channel=STAFF).amount == pounds("120.00")


# 4 VAT codes


@pytest.mark.parametrize(
    ("fund", "asked", "code", "vat"),
    [
        ("13", None, "W0", "1.67"), ("13", "W0", "W0", "1.67"), ("13", "N0", "N0", "0.00"), ("23", None, None, "0.00"),
        ("2R", None, None, "0.00"), ("13", "", "W0", "1.67"),
    ],
)  # fmt: skip
def test_a_line_has_the_funds_vat_code_or_another_where_the_fund_allows_it(
    fund: str, asked: str | None, code: str | None, vat: str
) -> None:
    lines.check_vat_code(COUNCIL, fund, asked)
    made = lines.line_for(
        COUNCIL,
        fund=fund,
        account_reference="A1",
        amount=pounds("10.00"),
        mop="90",
        taken_on=TODAY,
        vat_code=asked,
    )
    assert (made.vat_code, made.vat) == (code, pounds(vat))
    if code is not None:
        record = COUNCIL.vat_codes[code]
        assert (made.vat_treatment, made.vat_rate) == (record.treatment, record.rate_on(TODAY))


@pytest.mark.parametrize(("fund", "asked"), [("23", "W0"), ("2R", "W0"), ("13", "ZZ"), ("13", "S")])
def test_another_vat_code_is_refused_to_who_asks_and_is_the_funds_for_what_has_come(
    fund: str, asked: str
) -> None:
    council = evolve(
        COUNCIL, vat_codes={**COUNCIL.vat_codes, "S": evolve(COUNCIL.vat_codes["S"], disabled=True)}
    )
    with pytest.raises(InvalidValue) as caught:
        lines.check_vat_code(council, fund, asked)
    assert caught.value.code == "vat_code_not_allowed"
    made = lines.line_for(
        council,
        fund=fund,
        account_reference="A1",
        amount=pounds("10.00"),
        mop="12",
        taken_on=TODAY,
        vat_code=asked,
    )
    assert made.vat_code == council.funds[fund].vat_code


def test_the_vat_rule_is_the_same_on_every_path(desk: Installation) -> None:
    wrong, right = item("2R", "FP20000050", "10.00", vat_code="W0"), item("13", "G1", "10.00", vat_code="N0")
    cash = {"mop": "CA"}
    paths = {
        "payment": lambda each: pay(desk, each).lines[0],
        "cash": lambda each: receive_cash(desk, [evolve(each, **cash)]).lines[0],
        "post": lambda each: receive_post(desk, [each]).lines[0],
        "transfer": lambda each: transfer_income(desk, [item(amount="10.00")], [each]).lines[1],  # type: ignore[union-attr]
    }
    for path in paths.values():
        with pytest.raises(InvalidValue) as caught:
            path(wrong)
        assert caught.value.code == "vat_code_not_allowed"
        assert (path(right).vat_code, path(right).vat) == ("N0", Money(0))
        assert path(evolve(right, vat_code=None)).vat == pounds("1.67")


# Items together, and the order of checks


def _orders() -> list[tuple[BasketItem, str]]:
    """Each item fails one check more, from the last to the first; what is told is always the first."""
    return [
        (item("2R", "FP20000050", "1.00", vat_code="ZZ"), "vat_code_not_allowed"),
        (item("23", KNOWN, "1.00", vat_code="ZZ"), "account_on_stop"),
        (item("2R", "FP20000051", "1.00", vat_code="ZZ"), "reference_check_digit"),
        (item("2R", "FP20000051", "150.01", vat_code="ZZ"), "amount_over_fund_max"),
        (item("2R", "FP20000051", "0.00", vat_code="ZZ"), "amount_not_positive"),
        (item("2R", "FP20000051", "0.00", vat_code="ZZ", mop="ZZ"), "mop_not_allowed"),
        (item("99", "FP20000051", "0.00", vat_code="ZZ", mop="ZZ"), "fund_not_allowed"),
    ]


def test_each_item_tells_its_first_failure_and_all_items_are_told_together(desk: Installation) -> None:
    save_holder(desk, holder(message="court"))
    good = item("05", "rent 1", "1.00")
    faults = refused(desk, good, *(each for each, _ in _orders()))
    assert faults.code == "basket_refused"
    told = faults.data["faults"]
    assert [(fault.data["item"], fault.code) for fault in told] == [  # type: ignore[attr-defined]
        (number, code) for number, (_, code) in enumerate(_orders(), start=2)
    ]
    assert faults.message.count("\n") == len(_orders()) - 1
    assert "Item 2: " in faults.message


def test_one_failure_is_told_as_it_is_with_its_item(desk: Installation) -> None:
    error = refused(desk, item("05", "rent 1", "1.00"), item("2R", "FP20000051", "1.00"))
    assert (error.code, error.data["item"]) == ("reference_check_digit", 2)


def test_a_refused_basket_leaves_nothing_behind(desk: Installation) -> None:
    before = len(show_audit(desk))
    refused(desk, item(), item(account=MISTYPED))
    assert len(show_audit(desk)) == before


def test_a_fund_that_is_not_the_users_is_not_permitted_even_if_it_is_not_there(
    installation: Installation,
) -> None:
    clerk = with_user(at_desk(installation, COUNCIL), "clerk", Permission.PAYMENT_TAKE, funds=["2R"])
    for fund in ("23", "99"):
        with pytest.raises(NotPermitted):
            pay(clerk, item("2R", "FP20000050", "1.00"), item(fund), channel=STAFF)
    paid: Payment = pay(clerk, item("2R", "FP20000050", "1.00"), channel=STAFF)
    assert paid.lines[0].mop == "92"


# The basket as a whole


def test_a_basket_is_not_empty(desk: Installation) -> None:
    with pytest.raises(InvalidValue) as caught:
        take_payment(desk, [], channel=STAFF)
    assert caught.value.code == "basket_empty"


def test_the_portal_takes_ten_items_and_others_more(desk: Installation) -> None:
    many = [item("05", f"rent {n}", "1.00") for n in range(11)]
    assert len(pay(desk, *many[:10]).lines) == 10
    assert refused(desk, *many).code == "basket_too_large"
    assert len(pay(desk, *many, channel=STAFF).lines) == 11


def test_one_account_twice_needs_a_permission_and_the_audit_trail_names_it(desk: Installation) -> None:
    again = (item(amount="1.00"), item(account=" 612345674", amount="2.00"))
    clerk = with_user(desk, "clerk", Permission.PAYMENT_TAKE, Permission.FUND_ALL)
    error = refused(clerk, *again, channel=STAFF)
    assert (error.code, error.data["item"]) == ("duplicate_item", 2)
    assert (
        len(pay(clerk, item("05", "612345674"), item(), channel=STAFF).lines) == 2
    )  # another fund: another account
    assert len(pay(desk, *again).lines) == 2
    assert (
        show_audit(desk, action="take_payment")[0].detail["permission"]
        == "basket.repeat_reference payment.take"
    )


def test_a_basket_has_one_provider(desk: Installation) -> None:
    error = refused(desk, item(mop="90"), item("2R", "FP20000050", "1.00", mop="CA"))
    assert error.code == "several_providers"
    assert "cardco, none" in error.message
    assert len(pay(desk, item(mop="90"), item("2R", "FP20000050", "1.00", mop="91")).lines) == 2


_WHOLE = {"name": "A Payer", "address_1": "1 The Street", "address_3": "Barton", "postcode": "B1 1AA"}


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize("missing", [None, *_WHOLE])
def test_a_fund_that_asks_for_the_payer_gets_name_line_1_town_and_postcode(
    desk: Installation, missing: str | None
) -> None:
    asking = at_desk(desk, with_fund(COUNCIL, "2R", address_required=True))
    given = Payer(**{name: value for name, value in _WHOLE.items() if name != missing})  # type: ignore[arg-type]
    basket = (item(), item("2R", "FP20000050", "1.00"))
    if missing is None:
        assert pay(asking, *basket, payer=given).payer == given
        return
    error = refused(asking, *basket, payer=given)
    assert (error.code, error.data["field"]) == ("payer_incomplete", missing)
    assert pay(asking, item(), payer=given).payer == given  # only where a fund asks


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize("field", ["name", "address_1", "address_2", "address_3", "address_4"])
def test_name_and_lines_hold_a_letter(desk: Installation, field: str) -> None:
    asking = at_desk(desk, with_fund(COUNCIL, "23", address_required=True))
    error = refused(asking, item(), payer=Payer(**_WHOLE | {field: "12-34"}))  # type: ignore[arg-type]
    assert (error.code, error.data["field"]) == ("payer_without_letters", field)
    assert pay(asking, item(), payer=Payer(**_WHOLE | {field: "Żółć 1"})).payer  # type: ignore[arg-type]


def test_a_narrative_fits_or_is_refused_and_blank_is_nothing() -> None:
    assert item(narrative=" x ").narrative == "x"
    assert item(narrative="  ").narrative is None
    assert item(narrative="x" * 100).narrative == "x" * 100
    with pytest.raises(InvalidValue) as caught:
        item(narrative="x" * 101)
    assert caught.value.code == "text_too_long"


@pytest.mark.parametrize(("given", "longest"), [("caller_reference", 100), ("merchant_account", 50)])
def test_texts_of_a_payment_fit_or_are_refused(desk: Installation, given: str, longest: int) -> None:
    assert pay(desk, item(), **{given: "x" * longest}).reference
    assert refused(desk, item(), **{given: "x" * (longest + 1)}).code == "text_too_long"
