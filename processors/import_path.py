"""Things that a call file names by import path: ``package.module:name``."""

from __future__ import annotations

import importlib
import re
from difflib import get_close_matches
from typing import Any

_SHAPE = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")


def import_object(path: str) -> Any:
    """Import what ``path`` names.

    Raises:
        ValueError: It can't be had; the text says what is wrong and what would be right.
    """
    if not _SHAPE.match(path):
        raise ValueError("allowed: an import path, as in package.module:Name")
    module_name, _, attributes = path.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ValueError(_missing(module_name, error)) from error
    except Exception as error:  # a stranger's module may raise anything while it is imported
        raise ValueError(
            f"importing {module_name!r} failed: {type(error).__name__}: {error}"
        ) from error
    for attribute in attributes.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError as error:
            near = get_close_matches(attribute, dir(found), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{module_name!r} has no {attribute!r}{hint}") from error
    return found


def _missing(module_name: str, error: ModuleNotFoundError) -> str:
    wanted = error.name or module_name
    if module_name == wanted or module_name.startswith(f"{wanted}."):
        return (
            f"there is no module {wanted!r}; install it, or put its folder on PYTHONPATH"
            " (the folder of run.py is on it)"
        )
    return f"importing {module_name!r} failed: it needs the module {wanted!r}, which is missing"
