"""Which call file answers: ``--config`` as a path, a bare name, or a folder of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from pipeline.config import CallFile, Loaded, load
from pipeline.problem import ConfigError, Path, Place, Problem

CONFIGS = FilePath(__file__).parent.parent / "configs"
"""Where bare names are looked up."""

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Refusal:
    """No file answers a number: what the caller hears, and how Twilio says it.

    Attributes:
        text: The words.
        language: Their language, as TwiML has it.
        voice: Twilio's voice; None for the account's own.
    """

    text: str
    language: str
    voice: str | None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The call files that are served.

    Attributes:
        path: The file or folder.
        files: What was found there.
        is_folder: Whether the called number picks the file; a single file answers every number.
        refusal: For numbers that nobody answers.
        warnings: About the folder as a whole.
    """

    path: FilePath
    files: tuple[Loaded, ...]
    is_folder: bool
    refusal: Refusal
    warnings: tuple[Problem, ...] = ()

    @property
    def default(self) -> Loaded | None:
        """The file that answers what no other does."""
        return next((loaded for loaded in self.files if loaded.call.default), None)

    def by_name(self, name: str) -> Loaded:
        """The file of this name, as a call's token carries it.

        Raises:
            KeyError: It is not served here.
        """
        for loaded in self.files:
            if loaded.path.name == name:
                return loaded
        raise KeyError(name)

    def pick(self, called: str) -> Loaded | Refusal:
        """The file that answers a called number (``To``), or what its caller is told."""
        if not self.is_folder:
            return self.files[0]
        for loaded in self.files:
            if called in loaded.call.numbers:
                return loaded
        return self.default or self.refusal


def find(config: str) -> FilePath:
    """The file or folder that ``--config`` means: a path, or a name in ``configs/``.

    Raises:
        ConfigError: There is no such thing.
    """
    given = FilePath(config)
    bare = given.name == config and config not in {"", ".", ".."}
    names = [config, *(f"{config}{suffix}" for suffix in SUFFIXES)]
    candidates = [given, *(_near(CONFIGS / name) for name in names if bare)]
    for candidate in candidates:
        try:
            if config and candidate.exists():
                return candidate
        except (OSError, ValueError):  # a name too long, or with a NUL in it: no such file
            continue
    known = sorted(path.stem for path in call_files(CONFIGS))
    where = f" here or in {CONFIGS.name}/; there are {', '.join(known)}" if bare and known else ""
    raise ConfigError([Problem(Place(config or "--config"), f"no such call file{where}")])


def _near(path: FilePath) -> FilePath:
    """A path as one would type it here."""
    here = FilePath.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def call_files(folder: FilePath) -> list[FilePath]:
    """The call files in a folder, in order; names with a leading ``_`` are there to be extended."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in SUFFIXES and path.is_file() and not path.name.startswith(("_", "."))
    )


def load_catalog(config: str, environment: Mapping[str, str] | None = None) -> Catalog:
    """Load what ``--config`` means.

    Raises:
        ConfigError: With everything that is wrong, in all files.
    """
    path = find(config)
    if not path.is_dir():
        loaded = load(path, environment)
        return Catalog(path, (loaded,), is_folder=False, refusal=_refusal([loaded]))
    problems: list[Problem] = []
    files: list[Loaded] = []
    for file in call_files(path):
        try:
            files.append(load(file, environment))
        except ConfigError as error:
            problems += error.problems
    if not files and not problems:
        problems.append(Problem(Place(str(path)), "no call file in this folder (*.yaml, *.yml)"))
    problems += _clashes(files)
    if problems:
        raise ConfigError(problems)
    return Catalog(path, tuple(files), True, _refusal(files), tuple(_unreachable(files)))


def _clashes(files: list[Loaded]) -> list[Problem]:
    problems = []
    owners: dict[str, FilePath] = {}
    default: FilePath | None = None
    for loaded in files:
        for position, number in enumerate(loaded.call.numbers):
            if number in owners:
                message = f"{owners[number].name} answers {number} already; allowed: one file"
                problems.append(_problem(loaded, ("numbers", position), message))
            owners.setdefault(number, loaded.path)
        if loaded.call.default:
            if default is not None:
                message = f"{default.name} is the default already; allowed: one file of a folder"
                problems.append(_problem(loaded, ("default",), message))
            default = default or loaded.path
    return problems


def _problem(loaded: Loaded, path: Path, message: str) -> Problem:
    return Problem(loaded.source.place(path), message, path)


def _unreachable(files: list[Loaded]) -> list[Problem]:
    """Files of a folder that no call can reach, and refusals that contradict each other."""
    warnings = [
        Problem(Place(str(loaded.path)), "no call reaches it: it has no numbers and is not default")
        for loaded in files
        if not loaded.call.numbers and not loaded.call.default
    ]
    own = [loaded for loaded in files if "refusal" in loaded.call.model_fields_set]
    if len({loaded.call.refusal for loaded in own}) > 1:
        message = f"unknown numbers hear the refusal of {own[0].path.name}; keep it in one file"
        warnings.append(_problem(own[1], ("refusal",), message))
    return warnings


def _refusal(files: list[Loaded]) -> Refusal:
    """The refusal of the first file that has one of its own, or else the usual one."""
    call: CallFile = next(
        (loaded.call for loaded in files if "refusal" in loaded.call.model_fields_set),
        files[0].call,
    )
    return Refusal(call.refusal, call.twiml_language, call.twiml_voice)
