"""Pipecat's eval harness as the caller."""
