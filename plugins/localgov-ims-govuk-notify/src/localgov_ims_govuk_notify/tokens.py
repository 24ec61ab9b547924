"""The API key, and the token that each request is signed with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import Secret

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY = re.compile(rf".*?-?({_UUID})-({_UUID})", re.IGNORECASE)


@frozen(kw_only=True)
class ApiKey:
    """An API key taken apart: the service's identifier, and what its tokens are signed with."""

    service_id: str
    _signing: Secret = field(alias="signing")

    @classmethod
    def parse(cls, key: Secret) -> ApiKey:
        """Read a key as Notify shows it once: name, service's identifier and secret key, joined by dashes.

        Raises:
            ConfigurationError: It is of another shape; the message does not show it.
        """
        found = _KEY.fullmatch(key.reveal())
        if found is None:
            message = "The API key of GOV.UK Notify is not of the form name-service-secret. Copy it whole from API integration."
            raise ConfigurationError("bad_api_key", message)
        return cls(service_id=found.group(1), signing=Secret(found.group(2)))

    def token(self, at: datetime) -> str:
        """Return a JSON Web Token that Notify accepts within 30 seconds of *at*.

        HS256 over a header and two claims, `iss` and `iat`. Sources: RFC 7515, section 3.1; RFC 7519; Notify's REST
        API documentation, "Headers" (https://docs.notifications.service.gov.uk/rest-api.html).
        """
        parts = ({"typ": "JWT", "alg": "HS256"}, {"iss": self.service_id, "iat": int(at.timestamp())})
        signed = b".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        signature = hmac.new(self._signing.reveal().encode(), signed, hashlib.sha256).digest()
        return (signed + b"." + _encoded(signature)).decode("ascii")


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
