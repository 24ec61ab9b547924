"""Next steps: what whoever stands before the payer does, once a provider has been asked for a payment."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.domain.observations import Observation


@frozen(kw_only=True)
class Redirect:
    """Send the payer's browser to the provider's page. The URL holds a token: it is never logged."""

    url: str = field(repr=False)
    provider_reference: str | None


@frozen(kw_only=True)
class FormPost:
    """Let the payer's browser post these fields, in order; a page that does it by itself has a button as well."""

    url: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    provider_reference: str | None = None


@frozen(kw_only=True)
class AgentPanel:
    """Show an agent what to copy into another tool, and ask what came of it.

    Attributes:
        fields: Label and text, in order; never a field for a card.
        allowed_outcomes: What the agent may report.
        record_off: Whether the recording of the call is to be paused meanwhile.
    """

    fields: Mapping[str, str]
    allowed_outcomes: tuple[str, ...]
    record_off: bool = True


@frozen(kw_only=True)
class Done:
    """Nothing more to do: the provider has said what became of it."""

    observation: Observation


NextStep = Redirect | FormPost | AgentPanel | Done
