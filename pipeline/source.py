"""A call file as it was written: environment read, prompt files included, ``extends`` merged.

What the words mean:

* ``${NAME}`` is the environment variable NAME, ``${NAME:-text}`` the same with a default, and
  ``$${`` is the two characters ``${``. The outcome is text; where a number or switch is wanted, it
  is read as one.
* ``{include: file.md}`` anywhere below ``agent:`` is the text of that file, taken literally. The
  file lies in the call file's folder or below it.
* ``extends: other.yaml`` starts from another file. Mappings are merged key by key, everything else
  replaces what was there. A mapping whose ``type`` differs replaces, too. ``numbers`` and
  ``default`` are not inherited: they belong to one file. For ``pipeline`` see ``overlay``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Environment
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from pipeline.overlay import merge
from pipeline.problem import ConfigError, Path, Place, Problem, shown
from pipeline.yaml_tree import Mapping, Node, Scalar, Sequence, parse, plain

MAX_FILE_BYTES = 256 * 1024
"""Far above any call file or prompt; below what would choke the parser."""

_REFERENCE = re.compile(
    r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>(?:(?!\$\{)[^}])*))?\}"
)
_OPENING = re.compile(r"\$\{[^}]*\}?")
_SECRET = re.compile(r"\bsk-[A-Za-z0-9_-]{16,}")
_SECRET_KEY = re.compile(r"(api_?key|token|secret|password)$", re.IGNORECASE)
_OWN_KEYS = ("numbers", "default")


@dataclass(frozen=True)
class Source:
    """A call file's data, and where each piece of it stands.

    Attributes:
        path: The file.
        data: What it says, plain.
        places: The line of each key and list item.
        variables: The environment variables in each value; such values are never shown.
        problems: What is wrong with the files as such.
        warnings: What is allowed and unwise.
    """

    path: FilePath
    data: dict[str, Any]
    places: dict[Path, Place]
    variables: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def place(self, path: Path) -> Place:
        """Where a value stands, or else what it would be part of."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(str(self.path)))

    def shown(self, path: Path, value: object) -> str:
        """A value for a message; one that comes from the environment is only named."""
        names = self.variables.get(path)
        return f"the value of {' and '.join(names)}" if names else shown(value)


def load_source(path: FilePath, environment: Environment[str, str]) -> Source:
    """Read a call file and all that it draws in. What it means is not looked at.

    Raises:
        ConfigError: It is not there, or not YAML; nothing more can be said about it.
    """
    loader = _Loader(environment)
    root = loader.load(path, Place(str(path)), ())
    places: dict[Path, Place] = {}
    variables: dict[Path, tuple[str, ...]] = {}
    _index(root, (), places, variables)
    problems, warnings = tuple(loader.problems), tuple(loader.warnings)
    return Source(path, plain(root), places, variables, problems, warnings)


def read_text(path: FilePath, place: Place, key: Path = ()) -> str:
    """Read a text file that ``place`` asks for.

    Raises:
        ConfigError: It is not there, not text, or too big.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise _error(place, f"can't read {str(path)!r}: {reason}", key) from error
    except ValueError as error:  # a NUL in the name
        raise _error(place, f"can't read {str(path)!r}: {error}", key) from error
    if len(content) > MAX_FILE_BYTES:
        raise _error(place, f"{str(path)!r} has more than {MAX_FILE_BYTES // 1024} KiB", key)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"{str(path)!r} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}"
        raise _error(place, message, key) from error


def _error(place: Place, message: str, key: Path = ()) -> ConfigError:
    return ConfigError([Problem(place, message, key)])


class _Loader:
    """Reads one call file; gathers problems instead of stopping at the first."""

    def __init__(self, environment: Environment[str, str]) -> None:
        self._environment = environment
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def load(self, path: FilePath, asked_at: Place, chain: tuple[FilePath, ...]) -> Mapping:
        key: Path = ("extends",) if chain else ()
        text = read_text(path, asked_at, key)
        root, problems = parse(text, str(path))
        self.problems += problems
        if not isinstance(root, Mapping):
            found = "an empty file" if plain(root) is None else shown(plain(root))
            raise _error(root.place, f"found {found}; allowed: keys and values, as in `name: ...`")
        self._look_for_secrets(root, ())
        entries = {}
        for name, value in root.entries.items():
            entries[name] = self._substituted(value, (name,))
            if name == "agent":
                entries[name] = self._included(entries[name], (name,), path.parent)
        own = replace(root, entries=entries)
        return self._extended(own, path, (*chain, path))

    def _extended(self, own: Mapping, path: FilePath, chain: tuple[FilePath, ...]) -> Mapping:
        extends = own.entries.get("extends")
        if extends is None:
            return own
        place = own.places["extends"]
        if not isinstance(extends, Scalar) or not isinstance(extends.value, str):
            message = f"found {shown(plain(extends))}; allowed: the path of another call file"
            self.problems.append(Problem(place, message, ("extends",)))
            return own
        if self._told(("extends",), place):
            return own  # a variable in it is not set
        other = path.parent / extends.value
        if _real(other) in [_real(ancestor) for ancestor in chain]:
            way = " -> ".join(ancestor.name for ancestor in (*chain, other))
            message = f"the files extend each other: {way}; take one `extends` out"
            self.problems.append(Problem(place, message, ("extends",)))
            return own
        try:
            base = self.load(other, place, chain)
        except ConfigError as error:
            self.problems += error.problems
            return own
        inherited = replace(
            base,
            entries={key: node for key, node in base.entries.items() if key not in _OWN_KEYS},
        )
        return merge(inherited, own, self.problems)

    def _told(self, path: Path, place: Place) -> bool:
        return any(p.path == path and p.place.file == place.file for p in self.problems)

    def _substituted(self, node: Node, path: Path) -> Node:
        if isinstance(node, Mapping):
            entries = {k: self._substituted(v, (*path, k)) for k, v in node.entries.items()}
            return replace(node, entries=entries)
        if isinstance(node, Sequence):
            items = [self._substituted(v, (*path, i)) for i, v in enumerate(node.items)]
            return replace(node, items=items)
        if not isinstance(node.value, str) or "${" not in node.value:
            return node
        return self._environment_read(node, node.value, path)

    def _environment_read(self, node: Scalar, text: str, path: Path) -> Scalar:
        names: list[str] = []

        def value_of(reference: re.Match[str]) -> str:
            """What stands for one reference; what is not set becomes a problem, and nothing."""
            name, default = reference["name"], reference["default"]
            if name is None:
                return "${"
            names.append(f"${{{name}}}")
            value = self._environment.get(name)
            if value is None or (default is not None and not value):
                if default is None:
                    message = (
                        f"${{{name}}} is not set in the environment;"
                        f" set it, or give a default: ${{{name}:-text}}"
                    )
                    self.problems.append(Problem(node.place, message, path))
                return default or ""
            return value

        # What is left of ${ after all well-formed references is a slip of the pen.
        for slip in _OPENING.finditer(_REFERENCE.sub("", text)):
            message = f"found {slip[0]!r}; allowed: ${{NAME}}, ${{NAME:-default}}, or $${{ for ${{"
            self.problems.append(Problem(node.place, message, path))
        return replace(node, value=_REFERENCE.sub(value_of, text), variables=tuple(names))

    def _included(self, node: Node, path: Path, folder: FilePath) -> Node:
        if isinstance(node, Sequence):
            items = [self._included(v, (*path, i), folder) for i, v in enumerate(node.items)]
            return replace(node, items=items)
        if not isinstance(node, Mapping):
            return node
        if "include" not in node.entries:
            entries = {k: self._included(v, (*path, k), folder) for k, v in node.entries.items()}
            return replace(node, entries=entries)
        try:
            return Scalar(node.place, self._prompt_file(node, path, folder))
        except ConfigError as error:
            self.problems += error.problems
            return Scalar(node.place, "")

    def _prompt_file(self, node: Mapping, path: Path, folder: FilePath) -> str:
        place, key = node.places["include"], (*path, "include")
        named = plain(node.entries["include"])
        if not isinstance(named, str) or len(node.entries) > 1:
            found = shown(named) if len(node.entries) == 1 else "other keys beside it"
            raise _error(place, f"found {found}; allowed: {{include: file.md}} and no more", key)
        if self._told(key, place):
            return ""  # a variable in it is not set
        file = folder / named
        if not _real(file).is_relative_to(_real(folder)):
            message = f"{named!r} lies outside {str(folder)!r}; allowed: files in that folder"
            raise _error(place, message, key)
        return read_text(file, place, key).strip()

    def _look_for_secrets(self, node: Node, path: Path) -> None:
        if isinstance(node, Mapping):
            for key, value in node.entries.items():
                self._look_for_secrets(value, (*path, key))
        elif isinstance(node, Sequence):
            for position, item in enumerate(node.items):
                self._look_for_secrets(item, (*path, position))
        elif isinstance(node.value, str) and "${" not in node.value:
            advice = "put it into the environment and write ${NAME} here"
            if _SECRET.search(node.value):
                self.problems.append(Problem(node.place, f"found a secret key; {advice}", path))
            elif node.value and _SECRET_KEY.search(str(path[-1]) if path else ""):
                self.warnings.append(Problem(node.place, f"this may be a secret; {advice}", path))


def _real(path: FilePath) -> FilePath:
    """A path without links, or as it is: what can't be resolved can't be read either."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # links in a ring, a NUL in the name
        return path


def _index(
    node: Node, path: Path, places: dict[Path, Place], variables: dict[Path, tuple[str, ...]]
) -> None:
    """Note where everything stands: a value at its key's line."""
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            places[(*path, key)] = node.places.get(key, value.place)
            _index(value, (*path, key), places, variables)
    elif isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            places[(*path, position)] = item.place
            _index(item, (*path, position), places, variables)
    elif node.variables:
        variables[path] = node.variables
