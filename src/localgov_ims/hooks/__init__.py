"""The plugin surface: what a plugin may offer, and how plugins are found, checked and enabled."""

from localgov_ims.hooks.http import HttpClient, HttpResponse, Secret, Secrets
from localgov_ims.hooks.interfaces import (
    ACKNOWLEDGEMENT,
    API_VERSION,
    AcknowledgingExporter,
    LedgerExporter,
    LedgerExporterSpec,
)
from localgov_ims.hooks.notifiers import Attachment, Delivery, Message, Notifier, NotifierSpec
from localgov_ims.hooks.specs import hookimpl

__all__ = [
    "ACKNOWLEDGEMENT", "API_VERSION", "AcknowledgingExporter", "Attachment", "Delivery", "HttpClient", "HttpResponse", "LedgerExporter", "LedgerExporterSpec",
    "Message", "Notifier", "NotifierSpec", "Secret", "Secrets", "hookimpl",
]  # fmt: skip
