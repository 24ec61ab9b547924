"""`govuk-notify`: messages by the e-mail API of GOV.UK Notify.

Source: https://docs.notifications.service.gov.uk/rest-api.html, "Send an email" and "Send a file by email".
"""

from __future__ import annotations

import base64
import json
from typing import Final

from attrs import frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import InvalidValue
from localgov_ims.hooks import Attachment, Delivery, HttpClient, Message, Secrets
from localgov_ims.hooks.notifiers import check_key
from localgov_ims_govuk_notify.answers import CREATED, error_in, reference_in
from localgov_ims_govuk_notify.options import NotifySettings
from localgov_ims_govuk_notify.tokens import ApiKey

LARGEST_FILE: Final = 2 * 1000 * 1000
"""Bytes of a file; Notify says "smaller than 2MB"."""

TIMEOUT: Final = 30


@frozen(kw_only=True)
class GovukNotify:
    """Sends a message's subject and text through a template that is nothing but those two fields.

    Notify sends no page of ours, so `html` is left out: it makes its own of the text.
    """

    settings: NotifySettings
    http: HttpClient
    clock: Clock
    key: ApiKey

    def send(self, message: Message, *, key: str) -> Delivery:
        """Ask Notify to send one message, with *key* as its reference, by which it is found in Notify.

        Notify does not refuse a second message of the same reference.

        Raises:
            InvalidValue: It carries a file, and the template has no field for one; or more than one, or too large.
            Rejected, NotAuthorised, RateLimited: Notify's answer; nothing was sent.
            NotSent: Notify could not be reached.
            OutcomeUnknown: Notify failed, or its answer did not arrive.
            UnexpectedAnswer: An answer that its documentation does not know.
        """
        settings = self.settings
        asked: dict[str, object] = {
            "email_address": message.to,
            "template_id": settings.template_id,
            "personalisation": {"subject": message.subject, "body": message.text, **self._file(message)},
            "reference": check_key(key),
        }
        if settings.reply_to_id is not None:
            asked["email_reply_to_id"] = settings.reply_to_id
        if not settings.links:
            asked["sanitise_content_for"] = ["body"]
        response = self.http.request(
            "POST", f"{settings.base_url.rstrip('/')}/v2/notifications/email",
            headers={
                "Authorization": f"Bearer {self.key.token(self.clock())}", "Content-Type": "application/json",
            },
            content=json.dumps(asked).encode(), timeout=TIMEOUT,
        )  # fmt: skip
        if response.status != CREATED:
            raise error_in(response, key)
        return Delivery(reference=reference_in(response))

    def _file(self, message: Message) -> dict[str, object]:
        if not message.attachments:
            return {}
        field = self.settings.file_field
        if field is None:
            raise _not_carried("the template has no field for a file; set file_field, or send none")
        if len(message.attachments) > 1:
            raise _not_carried("it carries one file, not more")
        (file,) = message.attachments
        if len(file.data) >= LARGEST_FILE:
            raise _not_carried(f"{file.name} has {len(file.data)} bytes, and {LARGEST_FILE} are too many")
        return {field: _upload(file)}


def govuk_notify(settings: NotifySettings, http: HttpClient, clock: Clock, secrets: Secrets) -> GovukNotify:
    """Make the notifier.

    Raises:
        ConfigurationError: The API key is not set, or is none.
    """
    key = ApiKey.parse(secrets.get(settings.api_key_secret))
    return GovukNotify(settings=settings, http=http, clock=clock, key=key)


def _upload(file: Attachment) -> dict[str, object]:
    return {
        "file": base64.b64encode(file.data).decode("ascii"), "filename": file.name,
        "confirm_email_before_download": True,
    }  # fmt: skip


def _not_carried(why: str) -> InvalidValue:
    return InvalidValue("attachment_not_carried", f"GOV.UK Notify cannot send this message: {why}.")
