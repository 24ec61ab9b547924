"""What the payer's bank may pay back is not refunded as well, and what was refunded already is a Break when it is claimed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from attrs import evolve
from tests.service import money_in as at
from tests.service.direct_debits import collecting, debit, sent
from tests.service.files import camt, entry
from tests.service.test_direct_debits import COLLECTED, RETURNED, debited, submitted
from tests.service.test_paying_refunds import TABLE, Kept, by_layout

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.refunds import RefundRequest, RefundState, Route
from localgov_ims.domain.unpaids import UnpaidState
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.service.direct_debits.unpaids import list_unpaids, say_of_unpaids
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.breaks import list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.refunds.paying import send_payables
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import arudd, ddic
from localgov_ims.storage import transactions

PAID = [debit("771000001", "145.00"), debit("771000002", "60.00"), debit("771000003", "145.00")]
PAYEE = Payee(name="A Payer", sort_code="040004", account="01234567")
CLAIM = ddic([debit("771000001", "145.00")], day=RETURNED)


@pytest.fixture
def council(desk: Installation) -> Installation:
    """Give a council whose Direct Debits the bank has brought."""
    made = by_layout(collecting(desk), TABLE)
    submitted(made, PAID)
    import_file(made, camt(entry("350.00", "BACS 123456 COLLECTION"), day=COLLECTED))
    reconcile(made)
    return made


def asked(council: Installation, account: str = "771000001", amount: str = "145.00") -> RefundRequest:
    with council.store.reading() as connection:
        (line,) = [
            line
            for t in transactions.some(connection)
            for line in t.lines
            if line.account_reference == account and line.amount.pence > 0
        ]
    part = RefundOf(line=line.reference, amount=Money.parse(amount))
    return refund_payment(
        council, [part], reason="Paid twice", route=Route.PAYABLES, payee=PAYEE, evidence="letter"
    )


def authorised(council: Installation) -> RefundRequest:
    return authorise_refund(at.second(council), asked(council).reference)


def stand(council: Installation) -> list[tuple[str, str]]:
    return [(view.found.kind.value, view.found.message) for view in list_breaks(council)]


@pytest.mark.parametrize("amount", ["145.00", "1.00"])
def test_what_is_claimed_is_not_refunded_as_well_not_even_in_part(council: Installation, amount: str) -> None:
    sent(council, CLAIM)
    with pytest.raises(
        RuleViolation, match=r"A claim .* of £145\.00, reference 771000001.* the payer has it twice"
    ) as seen:
        asked(council, amount=amount)
    (claim,) = list_unpaids(council)
    assert (seen.value.code, f"`ims unpaids withdraw {claim.recorded.id}`" in str(seen.value)) == (
        "claim_open",
        True,
    )
    assert stand(council) == []


def test_what_is_unpaid_and_not_debited_yet_is_not_refunded_either(council: Installation) -> None:
    sent(council, arudd([debit("771000001", "145.00", original_on=COLLECTED)], day=RETURNED))
    with pytest.raises(RuleViolation, match="A Direct Debit returned unpaid"):
        asked(council)


@pytest.mark.parametrize(
    ("account", "amount", "claimed"),
    [
        ("771000003", "145.00", debit("771000001", "145.00")),  # of another account
        ("771000001", "145.00", debit("771000001", "60.00")),  # less than was collected
        (
            "771000001",
            "145.00",
            debit("771000001", "145.00", original_on=date(2026, 4, 13)),
        ),  # of another month
    ],
)
def test_a_claim_holds_nothing_but_what_it_may_be_of(
    council: Installation, account: str, amount: str, claimed: object
) -> None:
    made = arudd if getattr(claimed, "original_on", None) else ddic
    sent(council, made([claimed], day=RETURNED))  # type: ignore[list-item]
    assert asked(council, account, amount).state is RefundState.PROPOSED


def test_a_claim_of_two_months_holds_the_refund_of_each(council: Installation) -> None:
    sent(council, ddic([debit("771000001", "290.00")], day=RETURNED))
    with pytest.raises(RuleViolation, match=r"£290\.00"):
        asked(council)
    assert "Do not refund it as well" in told(council, "771000001")
    assert "Do not refund it as well" not in told(council, "771000002")


def told(council: Installation, account: str) -> str:
    with council.store.reading() as connection:
        (paid,) = [
            t for t in transactions.some(connection) for line in t.lines if line.account_reference == account
        ]
    (story,) = explain(council, paid.reference)
    return " ".join(story.sentences)


def test_what_came_another_way_is_refunded_whatever_is_claimed_of_direct_debits(
    council: Installation,
) -> None:
    sent(council, CLAIM)
    user = next(iter(council.council.service_users.values()))
    by_card = evolve(
        council, council=evolve(council.council, service_users={user.number: evolve(user, mop="24")})
    )
    assert asked(by_card).state is RefundState.PROPOSED


def test_a_claim_that_the_bank_gave_up_holds_nothing(council: Installation) -> None:
    sent(council, CLAIM)
    (claim,) = list_unpaids(council)
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    assert asked(council).state is RefundState.PROPOSED


def test_what_the_bank_has_debited_is_taken_back_and_nothing_is_left_to_refund(council: Installation) -> None:
    sent(council, CLAIM)
    debited(council, entry("-145.00", "UNPAID DD 123456"), opening="1350.00")
    with pytest.raises(RuleViolation, match=r"£0\.00 can still be given back"):
        asked(council)


def test_a_refund_that_waits_is_not_authorised_once_its_money_is_claimed(council: Installation) -> None:
    request = asked(council)
    sent(council, CLAIM)
    ((kind, message),) = stand(council)
    assert (kind, "is proposed: the payer would have it twice" in message) == ("claimed_and_refunded", True)
    with pytest.raises(RuleViolation, match="turn it down") as seen:
        authorise_refund(at.second(council), request.reference)
    assert seen.value.code == "claim_open"
    assert authorise_refund(at.second(council), request.reference, accept=False).state is RefundState.FAILED
    debited(council, entry("-145.00", "UNPAID DD 123456"), opening="1350.00")
    assert [each.kind.value for each in at.every_transaction(council) if each.total.pence < 0] == ["reversal"]
    assert all(law.holds for law in verify(council))


def test_an_authorised_refund_stops_the_payables_file_until_it_is_turned_down(council: Installation) -> None:
    claimed, other = authorised(council), asked(council, "771000003")
    authorise_refund(at.second(council), other.reference)
    sent(council, CLAIM)
    kept = Kept()
    with pytest.raises(RuleViolation, match="is not sent on: A claim") as seen:
        send_payables(council, kept)
    assert (seen.value.code, kept) == ("claim_open", {})
    assert authorise_refund(council, claimed.reference, accept=False).state is RefundState.FAILED
    made = send_payables(council, kept)
    assert made.file is not None
    assert (made.file.count, view_refund(council, other.reference).state) == (1, RefundState.SUBMITTED)
    with pytest.raises(AlreadyDone, match="waits for nobody"):
        authorise_refund(council, other.reference, accept=False)
    assert all(law.holds for law in verify(council))


@pytest.mark.parametrize("said", [None, RefundSaid.SUCCEEDED])
def test_a_claim_of_what_was_refunded_is_a_break_until_the_bank_gives_it_up(
    council: Installation, said: RefundSaid | None
) -> None:
    request = authorised(council)
    send_payables(council, Kept())
    if said is not None:
        finish_refund(council, at.refund_says(request.reference, said))
    sent(council, CLAIM)
    ((kind, message),) = stand(council)
    state = "submitted" if said is None else "succeeded"
    assert (kind, f"is {state}: the payer may have it twice" in message) == ("claimed_and_refunded", True)
    (claim,) = list_unpaids(council)
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.CHALLENGED, reason="Refunded already")
    assert len(stand(council)) == 1
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    assert stand(council) == []


def test_paid_back_twice_the_account_owes_it_and_the_break_stays(council: Installation) -> None:
    request = authorised(council)
    send_payables(council, Kept())
    finish_refund(council, at.refund_says(request.reference))
    sent(council, CLAIM)
    debited(council, entry("-145.00", "UNPAID DD 123456"), opening="1350.00")
    lines = [line for each in at.every_transaction(council) for line in each.lines]
    assert sum(line.amount.pence for line in lines if line.account_reference == "771000001") == -145_00
    assert [kind for kind, _ in stand(council)] == ["claimed_and_refunded"]
    assert all(law.holds for law in verify(council))


def test_a_refund_that_failed_is_nothing_that_a_claim_repeats(council: Installation) -> None:
    authorise_refund(at.second(council), asked(council).reference, accept=False)
    sent(council, CLAIM)
    assert stand(council) == []


def test_a_refund_and_a_claim_at_the_same_moment_never_miss_each_other(council: Installation) -> None:
    def ask() -> bool:
        try:
            asked(council)
        except RuleViolation:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        refunded, result = both.submit(ask), both.submit(sent, council, CLAIM)
        assert result.result().status == "recorded"
        assert refunded.result() == bool(stand(council))
