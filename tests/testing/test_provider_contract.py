"""The contract of providers: the plainest adapter keeps it, and each way of being wrong is caught by it."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen
from tests.testing.plain_provider import WORDS, Plain, PlainSettings, made_by
from tests.testing.plain_server import PlainServer

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.observations import Said
from localgov_ims.errors import AdapterError, ImsError, Rejected
from localgov_ims.hooks import Callback
from localgov_ims.hooks.callbacks import invalid_signature
from localgov_ims.testing import PaymentProviderContract
from localgov_ims.testing.provider_servers import Outcome, Watch


class OfPlain(PaymentProviderContract):
    spec = made_by(Plain)
    settings = PlainSettings()
    secrets: ClassVar[dict[str, str]] = {
        "plain_new": "n3w-s1gning-secret", "plain_old": "0ld-s1gning-secret", "plain_token": "t0ken-0f-the-api"
    }  # fmt: skip
    signing = ("plain_new", "plain_old")

    def make_server(self, clock: Watch) -> PlainServer:
        return PlainServer(clock, self.secrets["plain_new"])

    def signature_of(self, callback: Callback) -> str:
        return callback.headers["plain-signature"]

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        headers = {} if signature is None else {"Plain-Signature": signature}
        return evolve(callback, headers=headers)


class TestPlain(OfPlain):
    """The plainest adapter keeps the whole contract."""


def _tests(cls: type[OfPlain]) -> list[str]:
    return [name for name in dir(cls) if name.startswith("test_")]


@frozen(kw_only=True)
class ComparesAsText(Plain):
    def is_ours(self, body, given):
        import hashlib
        import hmac

        return any(
            hmac.new(each.reveal().encode(), body, hashlib.sha256).hexdigest() == given
            for each in self.signing
        )


@frozen(kw_only=True)
class BelievesEverybody(Plain):
    def is_ours(self, body, given):
        return True


@frozen(kw_only=True)
class ForgetsTheOldSecret(Plain):
    def is_ours(self, body, given):
        return evolve(self, signing=self.signing[:1])._one(body, given)

    def _one(self, body, given):
        return Plain.is_ours(self, body, given)


@frozen(kw_only=True)
class BooksWhatItIsTold(Plain):
    def read_callback(self, callback):
        hints = super().read_callback(callback)
        return [
            evolve(h, observation=self.fetch(h.provider_reference) if h.provider_reference else None)
            for h in hints
        ]


@frozen(kw_only=True)
class NewKeyOnRetry(Plain):
    def create(self, request, *, key):
        return super().create(request, key=str(new_id()))


@frozen(kw_only=True)
class ReadsSilenceAsRefusal(Plain):
    def create(self, request, *, key):
        try:
            return super().create(request, key=key)
        except AdapterError as error:
            raise Rejected("refused", error.message) from error


@frozen(kw_only=True)
class SpeaksInPounds(Plain):
    def _observed(self, it):
        return super()._observed(it | {"paid": it["paid"] // 100})


@frozen(kw_only=True)
class RepeatsWhatItAsked(Plain):
    def _observed(self, it):
        return super()._observed(it | {"paid": it["pence"]})


@frozen(kw_only=True)
class GuessesNewWords(Plain):
    def _observed(self, it):
        return super()._observed(it | {"status": it["status"] if it["status"] in WORDS else "declined"})


@frozen(kw_only=True)
class ReadsFailureAsNone(Plain):
    def search(self, query):
        try:
            yield from super().search(query)
        except ImsError:
            return


@frozen(kw_only=True)
class ReadsOnePage(Plain):
    def search(self, query):
        page = self._call("GET", f"/payments?reference={query.payment_reference or ''}&after=")
        yield from (self._observed(each) for each in page["payments"])


@frozen(kw_only=True)
class TakesItsOwnDay(Plain):
    def _observed(self, it):
        said = super()._observed(it)
        return evolve(said, taken_on=said.observed_at.date())


@frozen(kw_only=True)
class ShowsItsKey(Plain):
    def __repr__(self):
        return f"Plain({self.token.reveal()})"


@frozen(kw_only=True)
class ReadsRefundInFlightAsFailed(Plain):
    def _refunded(self, request, it):
        return super()._refunded(request, it | {"status": "failed"})


@frozen(kw_only=True)
class SendsRefundsUnderNewKeys(Plain):
    def refund(self, request, *, key):
        return super().refund(evolve(request), key=str(new_id()))


@frozen(kw_only=True)
class DoesWhatItHasNotDeclared(Plain):
    def capture(self, provider_reference):
        return self.fetch(provider_reference)


@frozen(kw_only=True)
class ParsesBeforeItProves(Plain):
    def read_callback(self, callback):
        json.loads(callback.body)
        return super().read_callback(callback)


@frozen(kw_only=True)
class SaysHowNearTheForgerCame(Plain):
    def read_callback(self, callback):
        try:
            return super().read_callback(callback)
        except ImsError:
            error = invalid_signature()
            error.message += f" It has {len(callback.headers.get('plain-signature', ''))} digits."
            raise error from None


@frozen(kw_only=True)
class NamesEventsByChance(Plain):
    def read_callback(self, callback):
        return [evolve(hint, event_id=str(new_id())) for hint in super().read_callback(callback)]


MUTANTS = [
    (ComparesAsText, "test_signatures_are_compared_in_constant_time", ()),
    (BelievesEverybody, "test_every_forged_delivery_is_refused", ()),
    (ForgetsTheOldSecret, "test_old_and_new_secret_both_hold_and_then_the_old_one_does_not", ()),
    (BooksWhatItIsTold, "test_a_delivery_is_a_hint_where_the_provider_can_be_asked", ()),
    (NewKeyOnRetry, "test_after_silence_the_same_again_charges_once", (1,)),
    (ReadsSilenceAsRefusal, "test_after_silence_the_same_again_charges_once", (0,)),
    (SpeaksInPounds, "test_every_outcome_is_told_for_what_it_is", (Outcome.PAID,)),
    (RepeatsWhatItAsked, "test_what_was_paid_is_told_and_not_what_was_asked", ()),
    (GuessesNewWords, "test_every_outcome_is_told_for_what_it_is", (Outcome.STRANGE,)),
    (ReadsFailureAsNone, "test_a_question_that_is_not_answered_is_no_answer", ()),
    (ReadsOnePage, "test_a_search_of_many_pages_gives_each_once", ()),
    (ReadsRefundInFlightAsFailed, "test_a_refund_gives_back_what_is_asked", ()),
    (SendsRefundsUnderNewKeys, "test_after_silence_the_same_again_gives_back_once", (1,)),
    (DoesWhatItHasNotDeclared, "test_what_is_not_declared_is_refused_and_nothing_is_sent", ()),
    (ParsesBeforeItProves, "test_a_delivery_that_was_altered_is_refused", ()),
    (SaysHowNearTheForgerCame, "test_every_refusal_says_the_same", ()),
    (NamesEventsByChance, "test_the_same_delivery_says_the_same", ()),
]


@pytest.mark.parametrize(
    ("mutant", "caught_by", "given"), MUTANTS, ids=[each[0].__name__ for each in MUTANTS]
)
def test_each_way_of_being_wrong_is_caught(
    mutant: type[Plain], caught_by: str, given: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    test = type("OfMutant", (OfPlain,), {"spec": made_by(mutant)})()
    fixtures = (monkeypatch,) if "constant_time" in caught_by else ()
    with pytest.raises((AssertionError, pytest.fail.Exception, ImsError, ValueError)):
        getattr(test, caught_by)(*given, *fixtures)


def test_a_day_of_utc_and_a_key_that_is_shown_are_caught(caplog: pytest.LogCaptureFixture) -> None:
    wrong = type("OfMutant", (OfPlain,), {"spec": made_by(TakesItsOwnDay)})()
    (mark,) = [m for m in OfPlain.test_a_day_is_a_day_in_london.pytestmark if m.name == "parametrize"]
    summer = mark.args[1][0]
    with pytest.raises(AssertionError):
        wrong.test_a_day_is_a_day_in_london(*summer)
    shows = type("OfMutant", (OfPlain,), {"spec": made_by(ShowsItsKey)})()
    with pytest.raises(AssertionError):
        shows.test_nothing_secret_is_shown(caplog)


def test_each_scenario_says_what_it_requires() -> None:
    assert [name for name in _tests(OfPlain) if not getattr(OfPlain, name).__doc__] == []


def test_a_word_nobody_knows_is_among_the_outcomes_that_are_tried() -> None:
    assert Said.UNKNOWN not in WORDS.values()
