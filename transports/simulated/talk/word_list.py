"""Lists of words, written as text."""


def listed(text: str) -> list[str]:
    """The words of a list."""
    return text.split()
