"""Every exception this library raises on purpose, as one tree.

    ImsError
    ├── InvalidValue          cannot be what it should be: decimals, a mask, a check digit
    ├── RuleViolation         well formed, but a rule forbids it: a limit, a balance, a state
    │   └── AlreadyDone       a different second attempt at a thing that is done once
    ├── NotFound              the store answered, and it is not there
    ├── ConfigurationError    settings or plugins contradict each other
    └── StoreUnavailable      the database did not answer; nothing was done

A fault in somebody else's *file* is never an exception: it is an `Issue` with a place. What is raised
here is for the caller: each error carries a stable `code` (words joined by underscores), says what is
wrong with which value, and what to do next.
"""

from __future__ import annotations


class ImsError(Exception):
    """Base of the tree; catch it to catch everything that this library raises on purpose.

    Attributes:
        code: Stable, machine-readable name of the fault, such as `reference_check_digit`.
        message: One or more sentences for a person: what is wrong, with which value, what to do.
        data: What the fault is about, by name, for whoever shows or logs it.
    """

    def __init__(self, code: str, message: str, **data: object) -> None:
        """Keep the code, the sentence and what it is about."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class InvalidValue(ImsError):
    """A value cannot be what it should be."""


class RuleViolation(ImsError):
    """A value is well formed, but a rule forbids what was asked."""


class AlreadyDone(RuleViolation):
    """A different second attempt at a thing that is done once; nothing was changed."""


class NotFound(ImsError):
    """The store answered, and what was asked for is not there."""


class ConfigurationError(ImsError):
    """Settings or plugins contradict each other; raised when they are saved or loaded."""


class StoreUnavailable(ImsError):
    """The database did not answer; nothing was done."""
