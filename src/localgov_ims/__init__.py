"""Income management for UK councils: every penny matched, allocated and posted.

Whoever embeds the library imports from here: how to is in `docs/how-to/embed.md`. Whoever writes plugins imports from the
subpackages `domain`, `files`, `hooks` and `errors`, and tests with `testing`. Nothing is imported before it is asked for:
reading a file must not load a database.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import Any

__version__ = metadata.version("localgov-ims")

_PUBLIC = {
    "Money": "domain.money",
    "VatRate": "domain.vat",
    "VatCode": "domain.vat",
    "Fund": "domain.funds",
    "MethodOfPayment": "domain.methods",
    "AccountReference": "domain.references",
    "ReferenceFormat": "domain.references",
    "CheckDigits": "domain.check_digits",
    "Transaction": "domain.transactions",
    "Line": "domain.transactions",
    "LineInput": "domain.transactions",
    "receipt": "domain.transacting",
    "transfer": "domain.transacting",
    "SuspenseItem": "domain.suspense",
    "Statement": "domain.statements",
    "StatementLine": "domain.statements",
    "Settlement": "domain.settlements",
    "Journal": "domain.journals",
    "Issue": "domain.issues",
    # What payers and providers say, and what becomes of it
    "BasketItem": "domain.baskets",
    "Card": "domain.payers",
    "Channel": "domain.transactions",
    "Cheque": "domain.payers",
    "CreateRefund": "domain.observations",
    "Declared": "domain.received_files",
    "Giving": "domain.clearing",
    "Given": "domain.people",
    "Observation": "domain.observations",
    "Payee": "domain.payers",
    "Payer": "domain.payers",
    "Payment": "domain.payments",
    "PaymentState": "domain.payments",
    "Proposal": "domain.proposals",
    "RefundObservation": "domain.observations",
    "RefundRequest": "domain.refunds",
    "RefundSaid": "domain.observations",
    "RefundState": "domain.refunds",
    "ReturnTo": "domain.clients",
    "Route": "domain.refunds",
    "Said": "domain.observations",
    # Services
    "Incoming": "service.receiving_files",
    "Installation": "service.installation",
    "NewItem": "service.suspense_creating",
    "OpeningItem": "service.opening",
    "RefundOf": "service.refunds",
    "Taking": "service.receipts",
    "add_user": "service.people",
    "answer_callbacks": "service.callbacks",
    "authorise": "service.moving",
    "authorise_refund": "service.finishing_refunds",
    "cancel_payment": "service.provider_payments",
    "capture_payment": "service.provider_payments",
    "clear_items": "service.clearing",
    "create_item": "service.suspense_creating",
    "decide_file": "service.deciding_files",
    "dry_run": "service.dry_runs",
    "fetch_settlements": "service.fetching_settlements",
    "finish_payment": "service.finishing",
    "finish_refund": "service.finishing_refunds",
    "import_file": "service.importing",
    "import_files": "service.importing",
    "mop_up_disputes": "service.sweeping_disputes",
    "mop_up_payments": "service.sweeping",
    "mop_up_refunds": "service.sweeping_refunds",
    "open_installation": "bootstrap.installing",
    "reallocate_line": "service.reallocations",
    "reapply": "service.reapplying",
    "receive_callback": "service.callbacks",
    "receive_card": "service.receiving",
    "receive_cash": "service.receiving",
    "receive_cheque": "service.receiving",
    "receive_post": "service.receiving",
    "record_fee": "service.fees",
    "record_opening": "service.opening",
    "record_takings": "service.receipts",
    "refund_payment": "service.refunds",
    "return_to_payer": "service.suspense_returning",
    "returned_payment": "service.provider_payments",
    "reverse_file": "service.reversing_files",
    "reverse_transaction": "service.reversing",
    "send_refund": "service.sending_refunds",
    "send_to_provider": "service.sending_refunds",
    "start_payment": "service.provider_payments",
    "sweep_payments": "service.sweeping",
    "sweep_refunds": "service.sweeping",
    "take_payment": "service.payments",
    "transfer_income": "service.transfers",
    "undo_clearance": "service.clearing_undoing",
    "verify": "service.verifying",
    "view_payment": "service.payments",
    "view_refund": "service.refunds",
    # Errors
    "AdapterError": "errors",
    "AlreadyDone": "errors",
    "ConfigurationError": "errors",
    "Conflict": "errors",
    "Declined": "errors",
    "ImsError": "errors",
    "InvalidSignature": "errors",
    "InvalidValue": "errors",
    "NotAuthorised": "errors",
    "NotFound": "errors",
    "NotFoundAtProvider": "errors",
    "NotPermitted": "errors",
    "NotSupported": "errors",
    "OutcomeUnknown": "errors",
    "RateLimited": "errors",
    "Rejected": "errors",
    "RuleViolation": "errors",
    "StoreUnavailable": "errors",
    "Unavailable": "errors",
    "UnexpectedAnswer": "errors",
}

__all__ = sorted([*_PUBLIC, "__version__"])  # noqa: PLE0605 - one table, from which names and modules both come


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: whatever the name stands for
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
