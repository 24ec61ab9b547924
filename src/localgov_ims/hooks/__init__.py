"""The plugin surface: what a plugin may offer, and how plugins are found, checked and enabled."""

from localgov_ims.hooks.interfaces import API_VERSION, LedgerExporter, LedgerExporterSpec
from localgov_ims.hooks.specs import hookimpl

__all__ = ["API_VERSION", "LedgerExporter", "LedgerExporterSpec", "hookimpl"]
