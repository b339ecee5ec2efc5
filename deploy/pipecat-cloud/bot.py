"""What Pipecat Cloud's base image looks for: a module ``bot`` with a ``bot``.

The runtime is imported with it, so that the first caller does not wait for that.
"""

import pipeline.hosted_call  # noqa: F401
from run import bot

__all__ = ["bot"]
