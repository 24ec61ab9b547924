"""Messages by GOV.UK Notify, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.hooks import API_VERSION, NotifierSpec, hookimpl
from localgov_ims_govuk_notify.notifier import GovukNotify, govuk_notify
from localgov_ims_govuk_notify.options import NotifySettings

__all__ = ["GovukNotify", "NotifySettings", "govuk_notify", "ims_notifiers"]


@hookimpl
def ims_notifiers() -> Iterable[NotifierSpec]:
    """Offer `govuk-notify`."""
    return [
        NotifierSpec(
            name="govuk-notify", api_version=API_VERSION, settings_model=NotifySettings, factory=govuk_notify
        )
    ]
