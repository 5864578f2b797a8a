"""Texts that come from outside, as a line may show them: visible, and not too long."""

from __future__ import annotations

__all__ = ["shortened", "shown", "visible"]


def visible(text: str) -> str:
    r"""Return a text in which what moves a cursor, turns the writing or cannot be seen is spelled.

    Parameters
    ----------
    text : str
        Text of any origin; letters of every language stay as they are.

    Examples
    --------
    >>> visible("a\x1b[2J\u202eb\n")
    'a\\x1b[2J\\u202eb\\n'
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters; of a longer one the middle is left out.

    Examples
    --------
    >>> shortened("a" * 50 + "b" * 50, 20)
    'aaaaaaa ... bbbbbbbb'
    """
    if len(text) <= most:
        return text
    kept = most - len(" ... ")
    return f"{text[: kept // 2]} ... {text[len(text) - (kept + 1) // 2 :]}"


def shown(value: object, most: int = 60) -> str:
    """Return a value as an error line shows it: on one line, visible, and not too long.

    Parameters
    ----------
    value : object
        Value that was got; a text is shown as it is.
    most : int, default=60
        Largest number of characters.

    Examples
    --------
    >>> shown(list(range(100)), 20)
    '[0, 1,  ...  98, 99]'
    """
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception as error:  # whatever somebody's object says of itself
        text = f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
    return shortened(visible(" ".join(text.split())), most)
