"""What GOV.UK Pay is asked: the bodies of requests, within its limits and through its firewall.

Source: https://docs.payments.service.gov.uk/api_reference/create_a_payment_reference/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.quoting import holds_card
from localgov_ims.errors import InvalidValue
from localgov_ims.hooks import CreatePayment, PaymentQuery
from localgov_ims_govuk_pay.options import GovukPaySettings

LARGEST: Final = Money(10_000_000)
_LONGEST: Final = 255
_LONGEST_EMAIL: Final = 254
_FIREWALL: Final = re.compile(r'[<>"\\|]')
"""Characters that its firewall turns away (P0920)."""


def payment_body(request: CreatePayment, settings: GovukPaySettings) -> dict[str, object]:
    """Return the body that asks for a payment.

    Raises:
        InvalidValue: The amount is nothing or too large, or a card number stands where it would be kept.
    """
    if not NOTHING < request.amount <= LARGEST:
        message = f"GOV.UK Pay takes payments of 0.01 to {LARGEST.shown()}, not of {request.amount.shown()}."
        raise InvalidValue("amount_not_taken", message, value=str(request.amount))
    _check_text("reference", request.payment_reference)
    if _FIREWALL.search(request.payment_reference):
        message = 'GOV.UK Pay takes no reference with any of < > " \\ | in it.'
        raise InvalidValue("bad_reference", message, value=request.payment_reference)
    _check_text("description", request.description)
    body: dict[str, object] = {
        "amount": request.amount.pence, "reference": request.payment_reference,
        "description": passed(request.description)[:_LONGEST], "language": request.language.value,
        "metadata": {**settings.metadata, **request.metadata, "ims_payment": request.payment_reference},
    }  # fmt: skip
    if request.delayed_capture or settings.delayed_capture:
        body["delayed_capture"] = True
    if request.moto and settings.moto:
        body["moto"] = True
    body |= _agreement(request)
    if "authorisation_mode" not in body:
        body |= {"return_url": request.return_url, **_payer(request.payer)}
    return body


def search_query(query: PaymentQuery) -> dict[str, str]:
    """Return the query that looks for payments."""
    asked = {
        "reference": query.payment_reference, "state": query.status, "agreement_id": query.agreement,
        "from_date": moment_text(query.created_from) if query.created_from else None,
        "to_date": moment_text(query.created_to) if query.created_to else None,
        "from_settled_date": query.settled_from.isoformat() if query.settled_from else None,
        "to_settled_date": query.settled_to.isoformat() if query.settled_to else None,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value is not None}


def passed(text: str) -> str:
    """Return a text that passes its firewall: a space for each character that would not."""
    return _FIREWALL.sub(" ", text)


def moment_text(moment: datetime) -> str:
    """Return a moment as GOV.UK Pay's queries take it: in UTC, without a fraction."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def _agreement(request: CreatePayment) -> Mapping[str, object]:
    use = request.agreement
    if use is None:
        return {}
    kind = {"agreement_payment_type": use.payment_type.value} if use.payment_type is not None else {}
    if use.sets_up:
        return {"set_up_agreement": use.reference, **kind}
    return {"agreement_id": use.reference, "authorisation_mode": "agreement", **kind}


def _payer(payer: Payer) -> dict[str, object]:
    address = {
        "line1": payer.address_1, "line2": payer.address_2, "city": payer.address_3, "postcode": payer.postcode,
    }  # fmt: skip
    given = {name: passed(value) for name, value in address.items() if value}
    details: dict[str, object] = {"cardholder_name": passed(payer.name)} if payer.name else {}
    if given:
        details["billing_address"] = {**given, "country": "GB"}
    known: dict[str, object] = {"prefilled_cardholder_details": details} if details else {}
    if payer.email and len(payer.email) <= _LONGEST_EMAIL:
        known["email"] = payer.email
    return known


def _check_text(what: str, text: str) -> None:
    if not text or holds_card(text):
        fault = (
            "is empty" if not text else "holds what looks like a card number, which is neither sent nor kept"
        )
        raise InvalidValue(f"bad_{what}", f"The {what} of the payment {fault}.")
