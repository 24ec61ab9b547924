"""What a site says of its Oracle Fusion ledger."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError

MOST_SEGMENTS: Final = 30


@frozen(kw_only=True)
class FusionSettings:
    """Settings of `oracle-fusion`.

    Attributes:
        ledger_id: The ledger's identifier; ledger_name: its name, where there is no identifier. One of them is needed.
        source, category: The journal source and category, as they are set up in Fusion.
        segments: What stands in the segments of the code combination, in order: `account`, `dim1` ... `dim30`, or a
            text that begins with `=`, such as `=0000`.
        period_name: How the period is printed (strftime of the accounting day), such as `%b-%y`; blank by default.
        end_marker: Whether `END` stands as the 150th column: compare with the template of the site's release.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    source: str
    category: str
    segments: tuple[str, ...] = field()
    ledger_id: str | None = None
    ledger_name: str | None = None
    period_name: str = ""
    end_marker: bool = False

    @segments.validator
    def _nameable(self, _: object, segments: tuple[str, ...]) -> None:
        dimensions = {f"dim{n}" for n in range(1, MOST_SEGMENTS + 1)}
        unknown = [s for s in segments if s != "account" and s not in dimensions and not s.startswith("=")]
        if unknown or "account" not in segments or len(segments) > MOST_SEGMENTS:
            message = (
                f"segments must be 1 to {MOST_SEGMENTS} of 'account' (needed), 'dim1', 'dim2' ... or a text such as '=0000', "
                f"not {list(segments)!r}."
            )
            raise ConfigurationError("bad_segments", message, segments=segments)

    def __attrs_post_init__(self) -> None:
        """Refuse a ledger that nobody could find."""
        if not self.ledger_id and not self.ledger_name:
            message = "Oracle Fusion must know its ledger: give ledger_id, or ledger_name."
            raise ConfigurationError("no_ledger", message)
