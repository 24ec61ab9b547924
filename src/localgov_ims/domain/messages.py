"""Messages on accounts: what staff or payers are shown, and what stops them paying."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.domain.texts import text


@frozen(kw_only=True)
class FundMessage:
    """A message that account holders of a fund may carry.

    It blocks only where its flags say so; else it is shown.

    Attributes:
        code: What account holders name it by, at most 30 characters.
        text: What is shown, at most 100 characters.
        stops_staff: Whether staff may not take payments on the account (unless they may pay stopped accounts).
        stops_portal: Whether the portal may not.
        external_code: What the back-office system calls it.
    """

    code: str = field(validator=text(30))
    fund: str
    text: str = field(validator=text(100))
    stops_staff: bool = False
    stops_portal: bool = False
    external_code: str | None = None
