"""Stripe: the contracts of providers and settlement sources, signatures, sessions, refunds and disputes, payouts."""

from __future__ import annotations

import hashlib
import hmac
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from attrs import evolve
from stripe_server import KEY, PAGE, StripeServer

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.errors import (
    ConfigurationError,
    Conflict,
    Declined,
    InvalidSignature,
    InvalidValue,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    StaleCallback,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.files.reading import read
from localgov_ims.hooks import Callback, HttpResponse, Secret
from localgov_ims.service.files.fetching_settlements import fetch_settlements
from localgov_ims.service.installation import ChosenSource
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.sending import send_to_provider
from localgov_ims.testing import PaymentProviderContract, SettlementSourceContract
from localgov_ims.testing import provider_town as town
from localgov_ims.testing.provider_rigs import AMOUNT, Rig, asked, begun, paid, refund_of
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_stripe import PROVIDER, SOURCE, StripeSettings
from localgov_ims_stripe.settlements import READER
from localgov_ims_stripe.webhooks import hints_in

SETTINGS = StripeSettings(webhook_secrets=("webhook_new", "webhook_old"))
SECRETS = {"stripe_api_key": KEY, "webhook_new": "whsec_n3wEndpoint", "webhook_old": "whsec_0ldEndpoint"}
DAY = date(2026, 7, 1)


class TestProvider(PaymentProviderContract):
    spec = PROVIDER
    settings = SETTINGS
    secrets = SECRETS
    signing = ("webhook_new", "webhook_old")
    outcomes = frozenset(Outcome) - {Outcome.CANCELLED}
    stale_after = 300
    hidden = (PAGE,)

    def make_server(self, clock: Watch) -> StripeServer:
        return StripeServer(clock, SECRETS["webhook_new"])

    def signature_of(self, callback: Callback) -> str:
        return dict(parse_qsl(callback.headers["stripe-signature"], separator=","))["v1"]

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        seconds = int(callback.received_at.timestamp())
        header = {} if signature is None else {"Stripe-Signature": f"t={seconds},v1={signature}"}
        return evolve(callback, headers=header)


class TestPayouts(SettlementSourceContract):
    spec = SOURCE
    reader = READER
    settings = SETTINGS
    secrets = SECRETS

    def make_server(self, clock: Watch) -> StripeServer:
        return StripeServer(clock)


# The secret and body that Stripe's own client library is tested with:
# https://github.com/stripe/stripe-python, tests/test_webhook.py. It publishes no signature of them; this one is OpenSSL's:
# printf '1760000000.%s' "$body" | openssl dgst -sha256 -hmac whsec_test_secret
PUBLISHED = b"""{
  "id": "evt_test_webhook",
  "object": "event",
  "data": { "object": { "id": "rdr_123", "object": "terminal.reader" } }
}"""
PUBLISHED_SECRET = "whsec_test_secret"
SECONDS = 1760000000
SIGNATURE = "28bd811588d427fdfb332911f8bea440787f52926e68aae451e88a66501c6285"
SIGNED_AT = datetime.fromtimestamp(SECONDS, UTC)


def delivered(header: str, body: bytes = PUBLISHED, received_at: datetime = SIGNED_AT) -> Callback:
    return Callback(method="POST", headers={"Stripe-Signature": header}, body=body, received_at=received_at)


def is_proved(header: str, *secrets: str) -> bool:
    """Tell whether a delivery of the published body, which is no event of a type, passes its signature."""
    with pytest.raises(InvalidValue) as caught:
        hints_in(delivered(header), [Secret(each) for each in secrets or (PUBLISHED_SECRET,)])
    return caught.value.code == "callback_unreadable"


def signed(body: bytes, secret: str = PUBLISHED_SECRET) -> str:
    return hmac.new(secret.encode(), f"{SECONDS}.".encode() + body, hashlib.sha256).hexdigest()


def test_the_signature_is_over_the_moment_and_the_bytes_and_every_digit_of_it_counts():
    assert is_proved(f"t={SECONDS},v1={SIGNATURE}")
    for place, digit in enumerate(SIGNATURE):
        forged = SIGNATURE[:place] + ("0" if digit != "0" else "1") + SIGNATURE[place + 1 :]
        assert not is_proved(f"t={SECONDS},v1={forged}")
    assert not is_proved(f"t={SECONDS + 1},v1={SIGNATURE}")


def test_any_signature_of_the_scheme_may_fit_and_other_schemes_never_do():
    wrong = "0" * 64
    assert is_proved(f"t={SECONDS},v1={wrong},v1={SIGNATURE}")
    assert is_proved(f"t={SECONDS},v0={wrong},v1={SIGNATURE}")
    assert not is_proved(f"t={SECONDS},v0={SIGNATURE}")
    assert not is_proved(f"t={SECONDS},v0={SIGNATURE},v1={wrong}")


@pytest.mark.parametrize(
    "header",
    [
        "", "t=,v1=", f"v1={SIGNATURE}", f"t=now,v1={SIGNATURE}", f"t={SECONDS},t={SECONDS},v1={SIGNATURE}",
        f"t=-{SECONDS},v1={SIGNATURE}", f"t={'9' * 400},v1={SIGNATURE}", "bad_header",
        f"t={SECONDS}" + f",v1={SIGNATURE}" * 11,
    ],
)  # fmt: skip
def test_a_header_of_another_form_is_no_signature(header):
    assert not is_proved(header)


def test_the_secret_is_taken_as_it_is_shown():
    assert not is_proved(f"t={SECONDS},v1={SIGNATURE}", "test_secret")
    assert is_proved(f"t={SECONDS},v1={SIGNATURE}", "whsec_another", PUBLISHED_SECRET)


def test_a_signed_moment_too_far_from_now_is_stale_and_a_forged_one_is_still_forged():
    for away in (timedelta(seconds=301), timedelta(seconds=-301)):
        with pytest.raises(StaleCallback):
            hints_in(
                delivered(f"t={SECONDS},v1={SIGNATURE}", received_at=SIGNED_AT + away),
                [Secret(PUBLISHED_SECRET)],
            )
        with pytest.raises(InvalidSignature):
            hints_in(
                delivered(f"t={SECONDS},v1={'0' * 64}", received_at=SIGNED_AT + away),
                [Secret(PUBLISHED_SECRET)],
            )


@pytest.mark.parametrize("body", [b"[]", b"{}", b"3", b'{"id": "evt_1", "type": "refund.updated"}', b"\xff"])
def test_what_is_signed_and_no_event_is_told_apart_from_a_forgery(body):
    with pytest.raises(InvalidValue, match="no event"):
        hints_in(delivered(f"t={SECONDS},v1={signed(body)}", body), [Secret(PUBLISHED_SECRET)])


def test_refunds_and_disputes_are_asked_about_by_their_payment():
    rig = TestProvider().rig()
    for kind in (
        "refund.updated", "refund.failed", "charge.dispute.created", "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
    ):  # fmt: skip
        callback = rig.server.signed(rig.server.event(kind, {"id": "x_1", "payment_intent": "pi_a"}))
        (hint,) = rig.provider.read_callback(callback)
        assert (hint.provider_reference, hint.payment_reference, hint.event_type) == ("pi_a", None, kind)


def test_a_session_that_is_complete_is_not_yet_income():
    rig, request = TestProvider().rig(), asked()
    step = begun(rig, request)
    session = rig.server.session(request.payment_reference)
    session["status"] = "complete"
    for status, said in (("processing", Said.GOING), ("requires_payment_method", Said.FAILED)):
        rig.server._intent(session, status)
        found = rig.provider.fetch(step.provider_reference)
        assert (found.said, found.amount_paid) == (said, NOTHING)
    session["payment_status"] = "no_payment_required"
    assert rig.provider.fetch(step.provider_reference).said is Said.UNKNOWN


def test_a_refused_card_is_not_the_end_of_a_session():
    rig, request = TestProvider().rig(), asked()
    step = begun(rig, request)
    rig.server._intent(rig.server.session(request.payment_reference), "requires_payment_method")
    assert rig.provider.fetch(step.provider_reference).said is Said.GOING


def test_a_payment_is_known_by_its_intent_once_it_is_paid():
    rig, request = TestProvider().rig(), asked()
    step = begun(rig, request)
    assert len(step.provider_reference) > 64
    rig.server.decide(request.payment_reference, Outcome.PAID)
    said = rig.provider.fetch(step.provider_reference)
    assert said.provider_reference == "pi_a"
    assert rig.provider.fetch("pi_a") == said


def test_who_gives_a_payment_up_lets_its_session_expire():
    rig, request = TestProvider().rig(), asked()
    theirs = begun(rig, request).provider_reference
    assert rig.provider.cancel(theirs).said is Said.EXPIRED
    assert rig.provider.cancel(theirs).said is Said.EXPIRED
    later = asked()
    theirs = begun(rig, later).provider_reference
    rig.server.session(later.payment_reference)["status"] = "expired"
    assert rig.provider.cancel(theirs).said is Said.EXPIRED
    last = asked()
    theirs = begun(rig, last).provider_reference
    rig.server.decide(last.payment_reference, Outcome.PAID)
    with pytest.raises(Conflict, match="does not give the payment up"):
        rig.provider.cancel(theirs)
    with pytest.raises(NotFoundAtProvider):
        rig.provider.cancel("cs_unknown")


def test_another_currency_is_for_a_person():
    rig, request = TestProvider().rig(), asked()
    step = begun(rig, request)
    rig.server.decide(request.payment_reference, Outcome.PAID)
    rig.server.records["payment_intents"]["pi_a"]["currency"] = "eur"
    said = rig.provider.fetch(step.provider_reference)
    assert (said.said, said.amount_paid) == (Said.UNKNOWN, NOTHING)


@pytest.mark.parametrize(
    ("status", "amount", "said"),
    [
        ("lost", AMOUNT.pence, Said.TAKEN_BACK), ("lost", 1, Said.UNKNOWN), ("won", AMOUNT.pence, Said.SUCCEEDED),
        ("needs_response", AMOUNT.pence, Said.SUCCEEDED), ("warning_closed", AMOUNT.pence, Said.SUCCEEDED),
    ],
)  # fmt: skip
def test_only_a_dispute_that_is_lost_takes_anything_back(status, amount, said):
    test = TestProvider()
    rig = test.rig()
    request, _ = paid(test, rig)
    rig.server.decide(request.payment_reference, Outcome.TAKEN_BACK)
    rig.server.records["disputes"]["du_a"].update(status=status, amount=amount)
    assert rig.provider.fetch("pi_a").said is said


def test_a_refund_whose_key_stripe_has_forgotten_is_found_and_not_sent_again():
    test = TestProvider()
    rig = test.rig()
    request, observation = paid(test, rig)
    refund = refund_of(observation, Money(1_07))
    first = rig.provider.refund(refund, key="r-1")
    rig.server.keys.clear()
    again = rig.provider.refund(evolve(refund, sent_at=rig.clock.now), key="r-1")
    assert again == first
    assert rig.server.refunded(request.payment_reference) == Money(1_07)


def test_a_refund_that_fails_after_it_succeeded_is_told_by_webhook_and_reversed(tmp_path: Path):
    with TestProvider().office(tmp_path) as office:
        office.rig.server.decide(office.ours, Outcome.PAID)
        office.heard()
        line = office.payment.lines[0].reference
        request = refund_payment(
            office.house, [RefundOf(line=line, amount=Money(1_07))], reason="Paid twice"
        ).reference
        send_to_provider(office.house, request)
        for said, left in (
            (RefundSaid.SUCCEEDED, AMOUNT - Money(1_07)),
            (RefundSaid.FAILED, AMOUNT),
        ):
            office.rig.server.decide_refunds(office.ours, said)
            for _ in range(2):
                office.heard()
            assert view_refund(office.house, request).state.value == said.value
            assert town.income(office.house, office.payment) == left
        assert town.laws_hold(office.house)


@pytest.mark.parametrize(
    ("status", "kind", "code", "error"),
    [
        (402, "card_error", "card_declined", Declined), (409, "invalid_request_error", "", Conflict),
        (409, "idempotency_error", "idempotency_key_in_use", OutcomeUnknown), (400, "idempotency_error", "", Conflict),
        (400, "invalid_request_error", "charge_already_refunded", Conflict),
        (400, "invalid_request_error", "amount_too_small", Rejected), (404, "invalid_request_error", "", NotFoundAtProvider),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(status, kind, code, error):
    rig: Rig = TestProvider().rig()
    body = f'{{"error": {{"type": "{kind}", "code": "{code}", "message": "No."}}}}'.encode()
    rig.line.break_next(lambda _: HttpResponse(status=status, content=body))
    with pytest.raises(error) as caught:
        rig.provider.create(asked(), key="k-1")
    assert caught.value.data["status"] == status


def test_a_key_is_for_one_request_only():
    rig = TestProvider().rig()
    rig.provider.create(asked(), key="k-1")
    with pytest.raises(Conflict):
        rig.provider.create(asked(), key="k-1")


def test_a_session_without_a_page_or_a_payment_is_not_understood():
    rig, request = TestProvider().rig(), asked()
    step = begun(rig, request)
    rig.server.session(request.payment_reference).update(status="complete", payment_status="paid")
    with pytest.raises(UnexpectedAnswer, match="without its payment"):
        rig.provider.fetch(step.provider_reference)
    for body in (b'{"id": "cs_1", "url": null}', b'{"object": "checkout.session"}'):
        rig.line.break_next(lambda _, body=body: HttpResponse(status=200, content=body))
        with pytest.raises(OutcomeUnknown):
            rig.provider.create(asked(), key="k-2")


def payouts():
    source, _, server = TestPayouts()._rig()
    return source, server, server.pay_out(DAY, [Money(1_00)], fee=Money(2), refund=Money(1))


def test_a_payout_made_by_hand_is_refused_and_holds_nothing_else_up():
    source, server, _ = payouts()
    number = server.pay_out(DAY, [Money(2_00)], fee=Money(2), refund=Money(1))
    last = server.pay_out(DAY, [Money(3_00)], fee=Money(2), refund=Money(1))
    server.records["payouts"][number].update(automatic=False, reconciliation_status="not_applicable")
    found = []
    with pytest.raises(UnexpectedAnswer, match=f"{number} was made by hand"):
        found.extend(each.name for each in source.fetch(DAY, DAY))
    fetched = source.fetch(DAY, DAY)
    assert [next(fetched).name, next(fetched).name] == ["stripe-po_a.csv", f"stripe-{last}.csv"]


def test_a_payout_that_is_not_itemised_yet_is_asked_for_later():
    source, server, number = payouts()
    server.records["payouts"][number]["reconciliation_status"] = "in_progress"
    with pytest.raises(Unavailable, match="not itemised by Stripe yet"):
        list(source.fetch(DAY, DAY))


def test_whatever_is_not_itemised_is_told():
    source, server, first = payouts()
    second = server.pay_out(DAY, [Money(2_00)], fee=Money(2), refund=Money(1))
    server.records["payouts"][first]["automatic"] = False
    server.records["payouts"][second]["reconciliation_status"] = "in_progress"
    with pytest.raises(
        UnexpectedAnswer, match=f"{first} was made by hand.*{second} is not itemised"
    ) as caught:
        list(source.fetch(DAY, DAY))
    assert caught.value.data["payout"] == first


def test_a_transaction_of_an_unknown_category_refuses_a_payout():
    source, server, number = payouts()
    server.moved(number, "moon_tax", 0, 0, None)
    with pytest.raises(UnexpectedAnswer, match="'moon_tax', unknown here"):
        list(source.fetch(DAY, DAY))


def test_fees_and_disputes_are_lines_of_their_own():
    source, server, number = payouts()
    disputed = {"object": "dispute", "id": "du_1", "payment_intent": "pi_1"}
    server.moved(number, "dispute", -50, 20, disputed)
    server.moved(number, "dispute_reversal", 50, 0, disputed)
    server.moved(number, "fee", -3, 0, None)
    server.records["payouts"][number]["amount"] -= 23
    (download,) = source.fetch(DAY, DAY)
    assert read([READER], io.BytesIO(download.content)).accepted
    rows = [line.split(",")[3:8] for line in download.content.decode().splitlines()]
    assert ["dispute", "pi_1", "-0.50", "0.20", "-0.70"] in rows
    assert ["fee", "", "-0.03", "0.00", "-0.03"] in rows


def test_a_payout_in_another_currency_is_refused_with_an_issue(tmp_path: Path):
    source, server, _ = payouts()
    for kind in ("payouts", "balance_transactions"):
        for record in server.records[kind].values():
            record["currency"] = "eur"
    with town.plain_town(tmp_path, server.clock) as made:
        sources = {town.NAME: evolve(made.council.sources[town.NAME], format=READER.name)}
        chosen = ChosenSource(name=town.NAME, format=READER.name, opened=town.opened(source))
        others = [each for each in made.readers if each.name != READER.name]
        house = evolve(
            made, council=evolve(made.council, sources=sources), readers=(*others, READER),
            settlement_sources={town.NAME: chosen}, options={**made.options, READER.name: READER.options()},
        )  # fmt: skip
        (result,) = fetch_settlements(house, town.NAME, DAY, DAY)
    assert (result.status, [issue.code for issue in result.issues]) == ("refused", ["currency-mismatch"])


def test_no_other_reader_takes_what_is_fetched_for_its_own(tmp_path: Path):
    source, server, _ = payouts()
    (download,) = source.fetch(DAY, DAY)
    with town.plain_town(tmp_path, server.clock) as made:
        known = {each.name for each in (*made.readers, READER) if each.recognise(download.content)}
    assert known == {READER.name}


def test_settings_that_could_not_be_safe_are_refused():
    with pytest.raises(ConfigurationError, match="must begin with https"):
        StripeSettings(base_url="http://api.stripe.com")
    with pytest.raises(ConfigurationError, match="one secret at least"):
        StripeSettings(webhook_secrets=())
