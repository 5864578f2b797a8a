"""The runtime package's snapshots of real machines, by name."""

from __future__ import annotations

import warnings
from typing import Any

from qml.errors import SpecError, did_you_mean

__all__ = ["fake_device"]


def fake_device(name: str) -> Any:
    """Return the fake backend called `name`, such as ``"fake_manila"``.

    Raises
    ------
    SpecError
        If the runtime package has no such snapshot; the message names the nearest one.
    """
    from qiskit_ibm_runtime import fake_provider

    classes: dict[str, Any] = {}
    for attribute in dir(fake_provider):
        stem = attribute.removeprefix("Fake").removesuffix("V2").lower()
        if attribute.startswith("Fake") and not stem.startswith("provider"):
            classes[f"fake_{stem}"] = getattr(fake_provider, attribute)
    if name not in classes:
        raise SpecError(f"unknown device {name!r}{did_you_mean(name, classes)}")
    with warnings.catch_warnings():  # some snapshots warn that their numbers are not typical
        warnings.simplefilter("ignore")
        return classes[name]()
