"""Webhooks: one secret of ours signed these bytes, or nothing in them is read."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from attrs import evolve
from paying import Rig

from localgov_ims.errors import InvalidSignature
from localgov_ims.hooks import Callback, Hint


def delivered(rig: Rig, mode: str = "deliver", **given: object) -> list[Callback]:
    """Let the mock send what waits, and return it as it came."""
    sent = rig.client.control("webhooks", mode=mode, **given)["sent"]
    return [
        Callback(method="POST", headers=each["headers"], body=each["body"].encode(), received_at=rig.now())
        for each in sent
    ]


def read(rig: Rig, callback: Callback) -> Hint:
    (hint,) = rig.provider.read_callback(callback)
    return hint


def signed(body: bytes, secret: bytes = b"mock webhook secret") -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_a_signed_message_says_which_payment_to_ask_about(rig):
    theirs = rig.paid()
    hints = [read(rig, each) for each in delivered(rig)]
    assert [hint.event_type for hint in hints] == ["card_payment_succeeded", "card_payment_captured"]
    assert {(hint.provider_reference, hint.payment_reference, hint.authentic) for hint in hints} == {
        (theirs, "REFKEY-1", True)
    }
    assert len({hint.event_id for hint in hints}) == 2


def test_the_signature_is_what_openssl_makes_of_the_guides_recipe(rig):
    body = b'{"webhook_message_id":"123abc"}'  # openssl dgst -sha256 -hmac older
    signature = "9e92d5aaa78cb12d5aac7f61b8df098812ff724da86b54867eec94a2ab1d8d11"
    rig.settings = evolve(rig.settings, webhook_secrets=("old_hook",))
    callback = Callback(method="POST", headers={"Pay-Signature": signature}, body=body, received_at=rig.now())
    assert read(rig, callback).event_id == "123abc"


@pytest.mark.parametrize("mode", ["forge", "truncate"])
def test_what_another_signed_or_what_was_cut_is_refused(rig, mode):
    rig.paid()
    for callback in delivered(rig, mode):
        with pytest.raises(InvalidSignature):
            read(rig, callback)


def test_a_byte_or_a_letter_of_the_signature_that_differs_is_refused(rig):
    rig.paid()
    good = delivered(rig)[0]
    signature = good.headers["pay-signature"]
    wrong = [
        "", signature.upper(), signature[:-1], signature + "0", "g" * 64, f" {signature}", "0" * 64,
    ]  # fmt: skip
    if signature.upper() == signature:
        wrong.remove(signature.upper())
    for each in wrong:
        with pytest.raises(InvalidSignature):
            read(rig, evolve(good, headers={"Pay-Signature": each}))
    with pytest.raises(InvalidSignature):
        read(rig, evolve(good, headers={}))
    for place in range(0, len(good.body), 97):
        altered = good.body[:place] + bytes([good.body[place] ^ 1]) + good.body[place + 1 :]
        with pytest.raises(InvalidSignature):
            read(rig, evolve(good, body=altered))


def test_an_old_secret_signs_until_it_goes(rig):
    rig.paid()
    rig.mock.webhooks.secret = b"older"
    (old, _) = delivered(rig)
    with pytest.raises(InvalidSignature):
        read(rig, old)
    rig.settings = evolve(rig.settings, webhook_secrets=("hook", "old_hook"))
    assert read(rig, old).authentic


def test_an_event_unknown_here_is_kept_and_a_message_that_is_none_is_refused(rig):
    known = {
        "webhook_message_id": "m1",
        "event_type": "card_payment_blessed",
        "resource_type": "refund",
        "resource": {"payment_id": "p1"},
    }
    for message, ids in ((known, ("m1", "p1")), ({"event_type": 5}, (None, None))):
        body = json.dumps(message).encode()
        hint = read(
            rig,
            Callback(
                method="POST", headers={"Pay-Signature": signed(body)}, body=body, received_at=rig.now()
            ),
        )
        assert hint.event_type in {"card_payment_blessed", "unknown"}
        assert hint.provider_reference == ids[1]
        assert hint.event_id == (ids[0] or hashlib.sha256(body).hexdigest())
    for body in (b"[]", b"\xff", b"null"):
        with pytest.raises(InvalidSignature):
            read(
                rig,
                Callback(
                    method="POST", headers={"Pay-Signature": signed(body)}, body=body, received_at=rig.now()
                ),
            )


def test_the_mock_drops_doubles_reorders_and_delays(rig):
    rig.paid()
    names = [read(rig, each).event_id for each in delivered(rig, "duplicate", n=1)]
    assert len(names) == 2
    assert len(set(names)) == 1
    rig.paid("key-2")
    assert delivered(rig, "delay", n=1) == []
    events = [read(rig, each).event_type for each in delivered(rig, "reorder")]
    assert len(events) == 3
    assert (
        events[0] == "card_payment_captured"
    )  # the delayed one was put behind the others, and they were turned round
    rig.paid("key-3")
    assert delivered(rig, "drop") == delivered(rig) == []
