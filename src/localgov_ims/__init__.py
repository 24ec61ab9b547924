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
    "Incoming": "service.files.receiving",
    "Installation": "service.installation",
    "NewItem": "service.suspense.creating",
    "OpeningItem": "service.moves.opening",
    "RefundOf": "service.refunds.asking",
    "Taking": "service.payments.receipts",
    "add_user": "service.people.adding",
    "answer_callbacks": "service.payments.callbacks",
    "authorise": "service.moves.authorising",
    "authorise_refund": "service.refunds.finishing",
    "cancel_payment": "service.payments.provider_payments",
    "capture_payment": "service.payments.provider_payments",
    "clear_items": "service.suspense.clearing",
    "create_item": "service.suspense.creating",
    "decide_file": "service.files.deciding",
    "dry_run": "service.files.dry_runs",
    "fetch_settlements": "service.files.fetching_settlements",
    "finish_payment": "service.payments.finishing",
    "finish_refund": "service.refunds.finishing",
    "import_file": "service.files.importing",
    "import_files": "service.files.importing",
    "mop_up_disputes": "service.payments.sweeping_disputes",
    "mop_up_payments": "service.payments.sweeping",
    "mop_up_refunds": "service.refunds.sweeping",
    "open_installation": "bootstrap.installing",
    "reallocate_line": "service.moves.reallocations",
    "reapply": "service.suspense.reapplying",
    "receive_callback": "service.payments.callbacks",
    "receive_card": "service.payments.receiving",
    "receive_cash": "service.payments.receiving",
    "receive_cheque": "service.payments.receiving",
    "receive_post": "service.payments.receiving",
    "record_fee": "service.payments.fees",
    "record_opening": "service.moves.opening",
    "record_takings": "service.payments.receipts",
    "refund_payment": "service.refunds.asking",
    "return_to_payer": "service.suspense.returning",
    "returned_payment": "service.payments.provider_payments",
    "reverse_file": "service.files.reversing",
    "reverse_transaction": "service.moves.reversing",
    "send_refund": "service.refunds.sending",
    "send_to_provider": "service.refunds.sending",
    "start_payment": "service.payments.provider_payments",
    "sweep_payments": "service.payments.sweeping",
    "sweep_refunds": "service.payments.sweeping",
    "take_payment": "service.payments.asking",
    "transfer_income": "service.moves.transfers",
    "undo_clearance": "service.suspense.clearing_undoing",
    "verify": "service.verifying",
    "view_payment": "service.payments.asking",
    "view_refund": "service.refunds.asking",
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
