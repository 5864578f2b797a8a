"""What a study could have done otherwise: choices, and the readings that combine them."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.records._asked import Parameters

__all__ = ["Choice", "Multiverse", "Option", "Reading"]


@dataclass(frozen=True)
class Option:
    """One way to make a choice.

    Parameters
    ----------
    text : str
        Words that tell it apart.
    changes : mapping
        Path of each field of the study that it sets, to the plain value.
    """

    text: str
    changes: Parameters


@dataclass(frozen=True)
class Choice:
    """One thing that a study decides, and how else it could have.

    Parameters
    ----------
    name : str
        Study's own word for it.
    options : tuple of Option
        Ways to make it, two or more.
    """

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Reading:
    """One way to make all choices.

    Parameters
    ----------
    number : int
        Number from 1; 0 is the study as it is written.
    options : tuple of int
        Number of the option of each choice, from 0.
    """

    number: int
    options: tuple[int, ...]


@dataclass(frozen=True)
class Multiverse:
    """The readings of a study, all fixed before the first of them is run.

    Parameters
    ----------
    choices : tuple of Choice
        Choices in the order in which they are applied.
    readings : tuple of Reading
        Readings that are run, the study as it is written not among them.
    sample : int or None
        Number of readings that were drawn; None for all that there are.
    seed : int
        Seed of the draw.
    """

    choices: tuple[Choice, ...]
    readings: tuple[Reading, ...]
    sample: int | None
    seed: int

    @property
    def possible(self) -> int:
        """The number of readings that there are."""
        product = 1
        for choice in self.choices:
            product *= len(choice.options)
        return product

    @property
    def whole(self) -> bool:
        """Whether every reading that there is was asked for."""
        return len(self.readings) == self.possible

    def words(self, reading: Reading) -> dict[str, str]:
        """Return the option of each choice in words, by the choice's name."""
        pairs = zip(self.choices, reading.options, strict=True)
        return {choice.name: choice.options[number].text for choice, number in pairs}
