"""Searching transactions: a payment counts only with an approval code, and each is given once, however pages move.

Source: https://developer.cybersource.com/api-reference-assets/index.html, "Transaction Search": `POST /tss/v2/searches`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from localgov_ims.domain.calendar import local_day, start_of, utc
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.errors import InvalidValue, UnexpectedAnswer
from localgov_ims.hooks import PaymentQuery
from localgov_ims_smartpay_fuse.answers import pence
from localgov_ims_smartpay_fuse.rest import NAME, Rest

PATH: Final = "/tss/v2/searches"
PAGE: Final = 500
_REFERENCE: Final = re.compile("[A-Za-z0-9-]{1,50}")
_DAY: Final = timedelta(days=1)
_APPROVED: Final = "100"


def payments(rest: Rest, query: PaymentQuery, now: datetime) -> Iterator[Observation]:
    """Yield every payment that was paid and fits; what was refused is not given, for the payer may have paid after it.

    Raises:
        InvalidValue: The reference is none of ours.
        AdapterError: A page could not be had; what was yielded is not all.
    """
    for found in transactions(rest, _asked(query)):
        if (observation := _observed(found, now)) is not None:
            yield observation


def transactions(rest: Rest, asked: str) -> Iterator[Mapping[str, Any]]:
    """Yield every transaction that a query in Cybersource's own words fits, newest first, each once.

    Raises:
        AdapterError: A page could not be had.
    """
    seen: set[str] = set()
    offset = 0
    while True:
        page = rest.ask(PATH, {
            "save": False, "query": asked, "offset": offset, "limit": PAGE, "sort": "submitTimeUtc:desc",
            "timezone": "Europe/London",
        })  # fmt: skip
        found = (page.get("_embedded") or {}).get("transactionSummaries", [])
        total = page.get("totalCount")
        if not isinstance(found, list) or not isinstance(total, int):
            message = "Cybersource gave a page of a search without its count. Compare the API's version."
            raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)
        for each in found:
            if (identifier := str(each.get("id"))) not in seen:
                seen.add(identifier)
                yield each
        offset += len(found)
        if not found or offset >= total:
            return


def reference_query(reference: str) -> str:
    """Return the query for what has a reference of ours.

    Raises:
        InvalidValue: It holds what would be another query.
    """
    if _REFERENCE.fullmatch(reference) is None:
        message = "A reference to search for has letters, digits and dashes only."
        raise InvalidValue("bad_reference", message)
    return f"clientReferenceInformation.code:{reference}"


def _asked(query: PaymentQuery) -> str:
    """Return a query; a window of time is widened to whole London days, one more on each side."""
    parts = [reference_query(query.payment_reference)] if query.payment_reference else []
    if query.created_from is not None or query.created_to is not None:
        since = start_of(local_day(query.created_from) - _DAY) if query.created_from is not None else None
        until = start_of(local_day(query.created_to) + 2 * _DAY) if query.created_to is not None else None
        parts.append(f"submitTimeUtc:[{_written(since)} TO {_written(until)}]")
    return " AND ".join(parts) or "submitTimeUtc:[NOW/DAY-1DAY TO NOW/DAY+1DAY]"


def _written(moment: datetime | None) -> str:
    return "*" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _observed(found: Mapping[str, Any], now: datetime) -> Observation | None:
    """Return what a transaction says if it is an authorised payment; none otherwise."""
    about = found.get("applicationInformation") or {}
    approved = any(
        each.get("name") == "ics_auth" and str(each.get("reasonCode")) == _APPROVED
        for each in about.get("applications") or []
    )
    code = str((found.get("processorInformation") or {}).get("approvalCode") or "")
    if not approved or not code:
        return None
    amounts = (found.get("orderInformation") or {}).get("amountDetails") or {}
    paid = pence(str(amounts.get("totalAmount"))) if amounts.get("currency") == "GBP" else None
    reference = str((found.get("clientReferenceInformation") or {}).get("code") or "")
    said = Said.SUCCEEDED if paid is not None else Said.UNKNOWN
    common: dict[str, Any] = {
        "payment_reference": reference, "observed_at": now, "provider_status": "approved", "said": said,
        "authorisation_code": code if len(code) <= len("000000000000000") else None,
    }  # fmt: skip
    if paid is None:
        return Observation(**common)
    return Observation(
        **common, provider_reference=str(found["id"]), amount_paid=paid, refundable=True,
        taken_on=local_day(_submitted(found)),
    )  # fmt: skip


def _submitted(found: Mapping[str, Any]) -> datetime:
    try:
        return utc(datetime.fromisoformat(str(found.get("submitTimeUtc"))))
    except ValueError as error:
        message = "Cybersource gave a transaction without the time of it. Compare the API's version."
        raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME) from error
