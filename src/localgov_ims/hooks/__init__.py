"""The plugin surface: what a plugin may offer and hear, and how plugins are found, checked and enabled."""

from localgov_ims.domain.hearings import JournalExported
from localgov_ims.hooks.agreements import (
    AgreementKeeper,
    AgreementObservation,
    AgreementStatus,
    CreateAgreement,
)
from localgov_ims.hooks.callbacks import Callback, Hint
from localgov_ims.hooks.checks import is_secure, names_a_secret
from localgov_ims.hooks.http import HttpClient, HttpResponse, Secret, Secrets
from localgov_ims.hooks.interfaces import (
    ACKNOWLEDGEMENT,
    API_VERSION,
    AcknowledgingExporter,
    LedgerExporter,
    LedgerExporterSpec,
)
from localgov_ims.hooks.layout_exporters import layout_exporter_spec
from localgov_ims.hooks.next_steps import AgentPanel, Done, FormPost, NextStep, Redirect
from localgov_ims.hooks.notifiers import Attachment, Delivery, Message, Notifier, NotifierSpec
from localgov_ims.hooks.payout_files import PaidOut, PayoutFiles
from localgov_ims.hooks.providers import (
    Capability,
    CreatePayment,
    PaymentProvider,
    PaymentProviderSpec,
    PaymentQuery,
)
from localgov_ims.hooks.settlement_sources import Download, SettlementSource, SettlementSourceSpec
from localgov_ims.hooks.specs import hookimpl

__all__ = [
    "ACKNOWLEDGEMENT", "API_VERSION", "AcknowledgingExporter", "AgentPanel", "AgreementKeeper",
    "AgreementObservation", "AgreementStatus", "Attachment", "Callback", "Capability",
    "CreateAgreement", "CreatePayment", "Delivery", "Done", "Download", "FormPost", "Hint",
    "HttpClient", "HttpResponse", "JournalExported", "LedgerExporter", "LedgerExporterSpec", "Message", "NextStep",
    "Notifier", "NotifierSpec", "PaidOut", "PaymentProvider", "PaymentProviderSpec", "PaymentQuery", "PayoutFiles", "Redirect",
    "Secret", "Secrets", "SettlementSource", "SettlementSourceSpec", "hookimpl", "is_secure",
    "layout_exporter_spec", "names_a_secret",
]  # fmt: skip
