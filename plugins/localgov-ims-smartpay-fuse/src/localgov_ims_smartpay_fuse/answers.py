"""The answer that comes back through the payer's browser, and again from Cybersource's own servers.

It is the same signed form both times. A form of our own, sent back, is signed by the same secret: so the fields that
only an answer has must be among the signed ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue, StaleCallback
from localgov_ims.hooks import Callback, Hint, Secret
from localgov_ims.hooks.callbacks import invalid_signature
from localgov_ims_smartpay_fuse.signing import NAMES, signed_part

MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
REQUIRED: Final = frozenset({
    "decision", "transaction_id", "req_reference_number", "req_transaction_uuid", "req_amount", "req_currency",
    "signed_date_time", NAMES,
})  # fmt: skip
_MOST_FIELDS: Final = 300
_WORDS: Final[Mapping[str, Said]] = {
    "ACCEPT": Said.SUCCEEDED, "DECLINE": Said.FAILED, "CANCEL": Said.CANCELLED, "REVIEW": Said.GOING
}  # fmt: skip


def hints_in(callback: Callback, secrets: Sequence[Secret], lasts: timedelta) -> list[Hint]:
    """Return what an answer says, by its signed fields alone.

    Raises:
        InvalidSignature: It is not signed, or a field that decides is not among the signed ones.
        StaleCallback: It was signed longer ago than *lasts*, or at a time that has not come.
    """
    told = signed_part(_fields(callback), secrets)
    if told is None or not told.keys() >= REQUIRED:
        raise invalid_signature()
    signed_at = _moment(told["signed_date_time"])
    if abs(callback.received_at - signed_at) > lasts:
        message = "This answer was signed too long ago, or in the future. Ask Cybersource what became of the payment."
        raise StaleCallback("stale_callback", message)
    word = told["decision"]
    return [
        Hint(
            event_id=f"{told['transaction_id']}:{word}"[:200], event_type=quoted(word) or "none", authentic=True,
            payment_reference=told["req_reference_number"], observation=_observed(told, callback.received_at),
        )
    ]  # fmt: skip


def pence(text: str) -> Money | None:
    """Return pounds with two decimals as Money; none where the text is not that."""
    pounds, dot, rest = text.partition(".")
    if (
        dot
        and len(rest) == len("00")
        and text.isascii()
        and (pounds + rest).isdigit()
        and len(text) <= len("1000000000.00")
    ):
        return Money(int(pounds + rest))
    return None


def _observed(told: Mapping[str, str], at: datetime) -> Observation | None:
    """Return what an answer says of its payment; none where only asking helps: an ERROR may have been paid."""
    word = told["decision"]
    if word == "ERROR" or told.get("req_transaction_type", "sale") != "sale":
        return None
    said = _WORDS.get(word, Said.UNKNOWN)
    paid = pence(told.get("auth_amount", told["req_amount"])) if said is Said.SUCCEEDED else NOTHING
    if paid is None or told["req_currency"] != "GBP":
        said, paid = Said.UNKNOWN, NOTHING  # a person says what it is in pounds
    code = told.get("auth_code", "")
    return Observation(
        payment_reference=told["req_reference_number"], said=said, provider_status=word, observed_at=at, amount_paid=paid,
        # What was not paid leaves no reference behind: the payer may try again, and that is another transaction.
        provider_reference=told["transaction_id"] if said is Said.SUCCEEDED else None,
        reason=told.get("message") if said is Said.FAILED else None, refundable=said is Said.SUCCEEDED,
        authorisation_code=code if 0 < len(code) <= len("000000000000000") else None,
    )  # fmt: skip


def _fields(callback: Callback) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            callback.body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS,
            errors="strict",
        )  # fmt: skip
    except ValueError as error:
        raise invalid_signature() from error
    if len(dict(pairs)) != len(pairs):
        raise invalid_signature()
    return dict(pairs)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        message = "Cybersource signed an answer whose time is none. Compare the profile's version."
        raise InvalidValue("callback_unreadable", message) from error
