"""A module that can not be imported, for tests."""

raise RuntimeError("broken on purpose")
