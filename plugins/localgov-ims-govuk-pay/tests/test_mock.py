"""The mock holds itself to the published contract, and the contract to what it still gets wrong."""

from __future__ import annotations

import copy
import json

import httpx
import pytest
from paying import Rig

from localgov_ims_govuk_pay.mock import MockGovukPay
from localgov_ims_govuk_pay.mock.application import KEY
from localgov_ims_govuk_pay.mock.contract import VIOLATION, held_to_contract
from localgov_ims_govuk_pay.mock.ledger import LEGAL, State
from localgov_ims_govuk_pay.mock.messages import Asked, answer
from localgov_ims_govuk_pay.mock.overlay import OVERLAY, contract, published


@pytest.mark.parametrize("entry", OVERLAY, ids=lambda entry: entry.name)
def test_the_published_contract_still_needs_each_entry_of_the_overlay(entry):
    before = published()
    assert entry.drifts(before), f"{entry.name} is mended: take its entry out"
    after = copy.deepcopy(before)
    entry.mend(after)
    assert not entry.drifts(after)
    assert entry.reason


def test_an_answer_that_breaks_the_contract_is_a_599():
    for given in (
        answer(200, {"payment_id": "p"}),
        answer(200, {}),
        answer(418, {}),
    ):
        broken = held_to_contract("/v1/payments/{paymentId}", "GET", given)
        assert broken.status == VIOLATION
    view = held_to_contract(
        "/v1/payments/{paymentId}", "GET", answer(200, {"payment_id": "p", "state": {"status": 5}})
    )
    assert "state/status" in json.loads(view.content)["description"] or b"required" in view.content


def test_the_operation_that_takes_card_numbers_is_not_there():
    assert "/v1/auth" in published()["paths"]
    assert "/v1/auth" not in contract()["paths"]
    asked = Asked(method="POST", path="/v1/auth", headers={"Authorization": f"Bearer {KEY}"}, body=b"{}")
    assert MockGovukPay().handle(asked).status == 404


def test_the_same_seed_gives_the_same_ids_and_another_others():
    ids = [Rig(mock=MockGovukPay(control="x", seed=seed)).created() for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 26


def test_the_control_plane_is_off_unless_it_has_a_token():
    for mock, token in (
        (MockGovukPay(), "None"),
        (MockGovukPay(), ""),
        (MockGovukPay(control="let me"), "wrong"),
    ):
        asked = Asked(method="POST", path="/_mock/reset", headers={"Authorization": f"Bearer {token}"})
        assert mock.handle(asked).status == 404


@pytest.mark.parametrize("before", list(State))
def test_a_payment_moves_as_gov_uk_pay_moves_it_and_otherwise_only_by_force(rig, before):
    theirs = rig.created()
    rig.to(theirs, before.value, force=True)
    for after in State:
        if after in LEGAL[before]:
            continue
        with pytest.raises(ValueError, match="does not become"):
            rig.to(theirs, after.value)
    rig.to(theirs, "success", force=True)


def test_a_payment_that_nobody_finishes_expires_after_ninety_minutes(rig):
    theirs = rig.created()
    rig.client.control("clock", advance_s=90 * 60 - 1)
    assert rig.mock.ledger.payments[theirs].state is State.CREATED
    rig.client.control("clock", advance_s=1)
    rig.client.control("journal")
    assert (rig.mock.ledger.payments[theirs].state, rig.mock.ledger.payments[theirs].code) == (
        State.FAILED,
        "P0020",
    )


def test_an_empty_body_and_what_attacks_look_like_meet_the_firewall():
    headers = {"Authorization": f"Bearer {KEY}"}
    for body in (b"", b'{"description": "<script>"}', b'{"a": {"b": "x|y"}}'):
        given = MockGovukPay().handle(Asked(method="POST", path="/v1/payments", headers=headers, body=body))
        assert (given.status, json.loads(given.content)["code"]) == (403, "P0920")


def test_the_journal_shows_requests_and_no_key(rig):
    rig.created()
    told = rig.client.control("journal")
    assert told == {"requests": ["POST /v1/payments"]}


def test_it_is_an_asgi_application_in_process():
    import asyncio

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=MockGovukPay())
        async with httpx.AsyncClient(transport=transport, base_url="https://govukpay.test") as client:
            return await client.get("/v1/payments/none", headers={"Authorization": f"Bearer {KEY}"})

    response = asyncio.run(ask())
    assert (response.status_code, response.json()["code"]) == (404, "P0200")
