"""Every exception this library raises on purpose, as one tree.

    ImsError
    ├── InvalidValue          cannot be what it should be: decimals, a mask, a check digit
    │   ├── InvalidSignature  a link or message that is not signed by whom it should be, or not any more
    │   └── StaleCallback     signed rightly, at a time too far from now
    ├── RuleViolation         well formed, but a rule forbids it: a limit, a balance, a state
    │   └── AlreadyDone       a different second attempt at a thing that is done once
    ├── NotPermitted          somebody without the permission or the fund that it needs
    │   └── NotSignedIn       nobody who is known: no such user, disabled, or locked
    ├── NotFound              the store answered, and it is not there
    ├── ConfigurationError    settings or plugins contradict each other
    ├── AdapterError          what somebody else's service answered, or did not
    │   ├── Declined          no; the payer may try another way
    │   ├── Rejected          our request is wrong; sending it again will not help
    │   ├── NotAuthorised     our key is not accepted
    │   ├── NotFoundAtProvider  it has no such payment, refund or agreement
    │   ├── Conflict          what was asked does not fit the state that it is in there
    │   ├── NotSupported      the provider cannot do this at all
    │   ├── RateLimited       too many requests; wait and try again
    │   ├── Unavailable       certainly not done; safe to try again
    │   │   └── NotSent       no byte of the request left us
    │   ├── OutcomeUnknown    it may have been done; ask before trying again
    │   │   └── NoAnswer      the request left us, and no whole answer came back
    │   └── UnexpectedAnswer  an answer that its own contract does not know
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


class InvalidSignature(InvalidValue):
    """A link or message is not signed by whom it should be, or its time is over; which of them is never said."""


class StaleCallback(InvalidValue):
    """A message is signed rightly, at a time too far from now: it may be an old one, sent again."""


class RuleViolation(ImsError):
    """A value is well formed, but a rule forbids what was asked."""


class AlreadyDone(RuleViolation):
    """A different second attempt at a thing that is done once; nothing was changed."""


class NotPermitted(ImsError):
    """Somebody asked for what needs a permission, or a fund, that they have not been given."""


class NotSignedIn(NotPermitted):
    """Nobody who is known asked: there is no such user, or they are disabled or locked."""


class NotFound(ImsError):
    """The store answered, and what was asked for is not there."""


class ConfigurationError(ImsError):
    """Settings or plugins contradict each other; raised when they are saved or loaded."""


class AdapterError(ImsError):
    """What somebody else's service answered, or did not; `data` names the adapter."""


class Rejected(AdapterError):
    """The service refused the request as wrong; sending it again will not help."""


class Declined(AdapterError):
    """The provider says no to this payment; another attempt is another payment."""


class NotAuthorised(AdapterError):
    """The service does not accept our key."""


class NotFoundAtProvider(AdapterError):
    """The provider answered, and has no such payment, refund or agreement."""


class Conflict(AdapterError):
    """What was asked does not fit the state that it is in at the provider; nothing was done. Ask what it is."""


class NotSupported(AdapterError):
    """The provider cannot do what was asked; it has not declared it."""


class RateLimited(AdapterError):
    """The service asks us to wait; `data["retry_after"]` has the seconds."""


class Unavailable(AdapterError):
    """The service did not do it, certainly; it is safe to try again."""


class NotSent(Unavailable):
    """No byte of the request left us: no connection was made."""


class OutcomeUnknown(AdapterError):
    """The service may have done it; ask before trying again."""


class NoAnswer(OutcomeUnknown):
    """The request left us, wholly or in part, and no whole answer came back."""


class UnexpectedAnswer(AdapterError):
    """The service gave an answer that its own contract does not know."""


class StoreUnavailable(ImsError):
    """The database did not answer; nothing was done."""
