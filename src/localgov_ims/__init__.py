"""Income management for UK councils: every penny matched, allocated and posted.

The public names are those of the subpackages `domain`, `files`, `hooks` and `errors`; suppliers also use
`testing`. Nothing is imported here before it is asked for: reading a file must not load a database.
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
    "ImsError": "errors",
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
