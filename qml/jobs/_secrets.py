"""Keeping tokens out of texts, those of the packages that hold them included."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterable

__all__ = ["scrub_logs", "without_secrets"]

_PACKAGES = ("qiskit_ibm_runtime", "ibm_cloud_sdk_core", "ibm_platform_services", "urllib3")


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret, plain or in base64, as stars.

    Examples
    --------
    >>> without_secrets("Authorization: apikey abc123, YWJjMTIz", ["abc123"])
    'Authorization: apikey ***, ***'
    """
    for secret in secrets:
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        for form in (secret, encoded):
            text = text.replace(form, "***")
    return text


class _Scrubber(logging.Filter):
    """Takes secrets out of a record before any handler sees it."""

    def __init__(self, secrets: Callable[[], list[str]]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        secrets = self._secrets()
        record.msg, record.args = without_secrets(record.getMessage(), secrets), ()
        if record.exc_info:  # a traceback would print the error's own text
            kind = record.exc_info[0]
            record.exc_info, record.exc_text = None, None
            record.msg += f" ({kind.__name__})" if kind is not None else ""
        return True


def scrub_logs(secrets: Callable[[], list[str]]) -> None:
    """See to it that no logger of the packages that hold a token writes it.

    Parameters
    ----------
    secrets : callable
        Function that returns the tokens there are, asked for every record.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in _PACKAGES:
            logger = logging.getLogger(name)
            if not any(isinstance(one, _Scrubber) for one in logger.filters):
                logger.addFilter(_Scrubber(secrets))
