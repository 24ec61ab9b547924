"""Offices: where income is taken."""

from __future__ import annotations

import re

from attrs import field, frozen

from localgov_ims.domain.texts import text
from localgov_ims.domain.tills import TILL_NAME
from localgov_ims.errors import ConfigurationError


@frozen(kw_only=True)
class Office:
    """A place at which the council takes money.

    Attributes:
        code: At most 2 characters.
        name: At most 50.
        tills: The tills at which cashiers take money there; where there are any, nobody takes it without one.

    Raises:
        ConfigurationError: Two tills have one name, or a name is more than 10 letters, digits and dashes (`bad_office`).
    """

    code: str = field(validator=text(2))
    name: str = field(validator=text(50))
    tills: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse tills that nobody could tell apart."""
        for till in self.tills:
            if re.fullmatch(TILL_NAME, till) is None or self.tills.count(till) > 1:
                message = f"Office {self.code}: a till's name is 1 to 10 letters, digits and dashes, and its own; not {till!r}."
                raise ConfigurationError("bad_office", message, office=self.code)
