"""What the Realtime server answers when a client event is wrong."""

from __future__ import annotations

from typing import Any


class ClientError(Exception):
    """The client sent something the API refuses; becomes one ``error`` event.

    The session stays open after it, as with nearly every error of the API (OpenAI, Realtime API
    reference, ``error`` event).

    Attributes:
        message: For people.
        code: For programs, or None: some refusals of the API carry no code.
        param: Path of the offending field, or None.
        kind: ``invalid_request_error`` or ``server_error``.
    """

    def __init__(
        self,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind

    def body(self, client_event_id: str | None) -> dict[str, Any]:
        """The ``error`` object of the event; all five keys are always there."""
        return {
            "type": self.kind,
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "event_id": client_event_id,
        }


def unknown_parameter(path: str) -> ClientError:
    """A key that the API does not know, among them all spellings of the beta."""
    return ClientError(f"Unknown parameter: '{path}'.", "unknown_parameter", path)


def missing_parameter(path: str) -> ClientError:
    """A required key is not there."""
    return ClientError(f"Missing required parameter: '{path}'.", "missing_required_parameter", path)


def invalid_type(path: str, expected: str) -> ClientError:
    """A value of the wrong JSON type."""
    return ClientError(f"Invalid type for '{path}': expected {expected}.", "invalid_type", path)


def invalid_value(path: str, reason: str) -> ClientError:
    """A value of the right type that is out of bounds or not allowed here."""
    return ClientError(f"Invalid value for '{path}': {reason}", "invalid_value", path)
