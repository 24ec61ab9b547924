"""What the mock refuses in a request, by GOV.UK Pay's codes: missing P0101, wrong P0102, no JSON P0197 and their kin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from localgov_ims_govuk_pay.mock.messages import Asked, Refusal

_LARGEST: Final = 10_000_000
_FIREWALL: Final = re.compile(r'[<>"\\|]')
_MODES: Final = ("web", "agreement")
_MOST_METADATA: Final = 15


def check_payment(asked: Asked) -> dict[str, Any]:
    """Return the body of a request for a payment.

    Raises:
        Refusal: As GOV.UK Pay refuses it.
    """
    body = _object(asked, "P0197")
    mode = body.get("authorisation_mode", "web")
    if mode not in _MODES:
        raise _wrong("P0102", "authorisation_mode", 422)
    by_web = mode == "web"
    for name in ("amount", "reference", "description", *(["return_url"] if by_web else ["agreement_id"])):
        if body.get(name) is None:
            raise Refusal(400, "P0101", f"Missing mandatory attribute: {name}", field=name)
    if not by_web and "return_url" in body:
        raise Refusal(400, "P0104", "Unexpected attribute: return_url", field="return_url")
    _check_amount(body, "amount", "P0102", least=0)
    for name, value in body.items():
        if name in _FITS and not _FITS[name](value):
            raise _wrong("P0102", name, 422)
    return body


def check_refund(asked: Asked) -> tuple[int, int | None]:
    """Return what is to be given back, and what the asker believes to be left.

    Raises:
        Refusal: As GOV.UK Pay refuses it.
    """
    body = _object(asked, "P0697")
    if body.get("amount") is None:
        raise Refusal(400, "P0601", "Missing mandatory attribute: amount", field="amount")
    _check_amount(body, "amount", "P0602", least=1)
    if body.get("refund_amount_available") is None:
        return body["amount"], None
    _check_amount(body, "refund_amount_available", "P0602", least=1)
    return body["amount"], body["refund_amount_available"]


def check_agreement(asked: Asked) -> dict[str, Any]:
    """Return the body of a request for an agreement.

    Raises:
        Refusal: As GOV.UK Pay refuses it.
    """
    body = _object(asked, "P2197")
    for name in ("reference", "description"):
        if body.get(name) is None:
            raise Refusal(400, "P2101", f"Missing mandatory attribute: {name}", field=name)
    for name in ("reference", "description", "user_identifier"):
        if name in body and not _fits(body[name], 1, 255):
            raise _wrong("P2102", name, 422)
    return body


def passes_firewall(asked: Asked) -> bool:
    """Tell whether the firewall lets a request by: a POST has a body, without characters that it knows from attacks."""
    if asked.method != "POST":
        return True
    try:
        return bool(asked.body) and not _suspicious(asked.json())
    except ValueError:
        return bool(asked.body)


def _suspicious(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_suspicious, value.values()))
    return isinstance(value, str) and _FIREWALL.search(value) is not None


def _object(asked: Asked, code: str) -> dict[str, Any]:
    try:
        body = asked.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, code, "Unable to parse JSON")
    return body


def _check_amount(body: Mapping[str, Any], name: str, code: str, *, least: int) -> None:
    amount = body[name]
    if not isinstance(amount, int) or isinstance(amount, bool) or not least <= amount <= _LARGEST:
        raise _wrong(code, name, 422)


def _is_metadata(metadata: object) -> bool:
    return (
        isinstance(metadata, dict) and len(metadata) <= _MOST_METADATA
        and len({name.lower() for name in metadata}) == len(metadata)
        and all(_fits(name, 1, 30) for name in metadata)
        and all(_fits(each, 0, 100) if isinstance(each, str) else isinstance(each, int | float) for each in metadata.values())
    )  # fmt: skip


def _fits(value: object, least: int, most: int) -> bool:
    return isinstance(value, str) and least <= len(value) <= most


def _wrong(code: str, name: str, status: int) -> Refusal:
    return Refusal(status, code, f"Invalid attribute value: {name}", field=name)


def _text(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: _fits(value, least, most)


def _one_of(*choices: str) -> Callable[[object], bool]:
    return lambda value: value in choices


def _is(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind)


_FITS: Final[Mapping[str, Callable[[object], bool]]] = {
    "reference": _text(1, 255), "description": _text(1, 255), "return_url": _text(1, 2000), "email": _text(1, 254),
    "agreement_id": _text(26, 26), "set_up_agreement": _text(26, 26), "delayed_capture": _is(bool), "moto": _is(bool),
    "language": _one_of("en", "cy"), "agreement_payment_type": _one_of("instalment", "recurring", "unscheduled"),
    "prefilled_cardholder_details": _is(dict), "metadata": _is_metadata,
}  # fmt: skip
