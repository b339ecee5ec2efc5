"""Callwright's command line."""
