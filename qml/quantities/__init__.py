"""Quantities of a fitted model that a study reports on request: one a file, one number each."""

from qml.quantities._contract import (
    QUANTITIES,
    Examined,
    Finding,
    Quantity,
    quantity,
)

__all__ = ["QUANTITIES", "Examined", "Finding", "Quantity", "quantity"]
