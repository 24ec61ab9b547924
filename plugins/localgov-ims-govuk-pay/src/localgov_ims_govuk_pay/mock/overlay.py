"""What the published contract says that the API does not do, put right entry by entry, each with its reason.

A test proves of each entry that the published file still needs it: once that is mended, the entry goes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from attrs import frozen

Document = dict[str, Any]


@frozen(kw_only=True)
class Entry:
    """A drift: what it is, whether a document has it, and what puts it right."""

    name: str
    reason: str
    drifts: Callable[[Document], bool]
    mend: Callable[[Document], None]


def _schemas(document: Document) -> Document:
    schemas: Document = document["components"]["schemas"]
    return schemas


def _responses(document: Document, path: str, method: str) -> Document:
    responses: Document = document["paths"][path][method]["responses"]
    return responses


def _error(description: str) -> Document:
    schema = {"$ref": "#/components/schemas/RequestError"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _mend_responses(document: Document) -> None:
    created = _responses(document, "/v1/payments", "post")
    created["200"] = copy.deepcopy(created["201"])
    created["409"] = _error("The key was used with another body")
    refunded = _responses(document, "/v1/payments/{paymentId}/refunds", "post")
    refunded["202"] = copy.deepcopy(refunded["200"])
    refunded["400"], refunded["412"], refunded["422"] = (
        _error(each) for each in ("Refused", "Mismatch", "Invalid")
    )
    for path in ("/v1/payments", "/v1/refunds", "/v1/disputes"):
        _responses(document, path, "get")["404"] = _error("No such page")
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "post":
                operation["responses"]["403"] = _error("Turned away by the firewall")


REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "CreatePaymentResult": ("amount", "reference", "description", "payment_id", "state", "created_date", "_links"),
    "PaymentWithAllLinks": (
        "amount", "reference", "description", "payment_id", "state", "created_date", "refund_summary",
        "settlement_summary", "_links",
    ),
    "PaymentDetailForSearch": ("amount", "reference", "description", "payment_id", "state", "created_date", "_links"),
    "PaymentState": ("status", "finished"), "RefundSummary": ("status",),
    "Refund": ("refund_id", "created_date", "amount", "status"),
    "RefundDetailForSearch": ("refund_id", "created_date", "amount", "status", "payment_id"),
    "RefundForSearchResult": ("payment_id", "_embedded"),
    "PaymentSearchResults": ("total", "count", "page", "results"), "RefundSearchResults": ("total", "count", "page", "results"),
    "DisputesSearchResults": ("total", "count", "page", "results"),
    "DisputeDetailForSearch": ("dispute_id", "payment_id", "amount", "status", "created_date"),
    "Agreement": ("agreement_id", "reference", "description", "status", "created_date"),
    "Link": ("href", "method"), "PostLink": ("href", "method"), "RequestError": ("code", "description"),
}  # fmt: skip


def _mend_required(document: Document) -> None:
    for name, names in REQUIRED.items():
        _schemas(document)[name]["required"] = list(names)


def _mend_card_type(document: Document) -> None:
    for name in ("CardDetails", "CardDetailsFromResponse"):
        _schemas(document)[name]["properties"]["card_type"] = {
            "type": "string",
            "enum": ["debit", "credit"],
            "nullable": True,
        }


def _mend_modes(document: Document) -> None:
    for name in ("PaymentWithAllLinks", "PaymentDetailForSearch"):
        _schemas(document)[name]["properties"]["authorisation_mode"]["enum"].append("agreement")


OVERLAY: Final[tuple[Entry, ...]] = (
    Entry(
        name="parameters-of-a-post-link", reason="The values of PostLink.params are texts, such as a token, not objects.",
        drifts=lambda d: _schemas(d)["PostLink"]["properties"]["params"]["additionalProperties"].get("type") == "object",
        mend=lambda d: _schemas(d)["PostLink"]["properties"]["params"].update(additionalProperties={"type": "string"}),
    ),
    Entry(
        name="return-url-is-not-always-required", reason="A payment by an agreement must have no return_url (P0104).",
        drifts=lambda d: "return_url" in _schemas(d)["CreateCardPaymentRequest"]["required"],
        mend=lambda d: _schemas(d)["CreateCardPaymentRequest"]["required"].remove("return_url"),
    ),
    Entry(
        name="metadata-is-flat", reason="The guide shows metadata as names with texts, numbers and flags; the file nests objects.",
        drifts=lambda d: "metadata" in _schemas(d)["ExternalMetadata"].get("properties", {}),
        mend=lambda d: _schemas(d).update(ExternalMetadata={
            "type": "object", "maxProperties": 15,
            "additionalProperties": {"anyOf": [{"type": "string", "maxLength": 100}, {"type": "number"}, {"type": "boolean"}]},
        }),
    ),
    Entry(
        name="answers-that-are-not-listed",
        reason="The guide documents 200 and 409 for a repeated key, 400, 412 and 422 for refunds, and 404 for a page too far.",
        drifts=lambda d: "200" not in _responses(d, "/v1/payments", "post"), mend=_mend_responses,
    ),
    Entry(
        name="nothing-is-required", reason="Most schemas require nothing, so that an empty answer would pass.",
        drifts=lambda d: not any("required" in _schemas(d)[name] for name in REQUIRED), mend=_mend_required,
    ),
    Entry(
        name="agreements-have-a-mode", reason="A payment by an agreement says so in its authorisation_mode.",
        drifts=lambda d: "agreement" not in _schemas(d)["PaymentWithAllLinks"]["properties"]["authorisation_mode"]["enum"],
        mend=_mend_modes,
    ),
    Entry(
        name="null-is-no-text", reason="An unknown card_type is null, not the text 'null'.",
        drifts=lambda d: "null" in _schemas(d)["CardDetails"]["properties"]["card_type"]["enum"], mend=_mend_card_type,
    ),
)  # fmt: skip


def published() -> Document:
    """Return the published contract as it is."""
    file = resources.files("localgov_ims_govuk_pay.mock") / "published" / "publicapi_spec.json"
    document: Document = json.loads(file.read_text(encoding="utf-8"))
    return document


@cache
def contract() -> Document:
    """Return the contract with every entry of the overlay, and without the operation that takes card numbers."""
    document = published()
    for entry in OVERLAY:
        entry.mend(document)
    del document["paths"]["/v1/auth"]
    return document
