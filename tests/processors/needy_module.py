"""A module that needs what is not there, for tests."""

import no_such_module  # type: ignore[import-not-found]  # the point of it

X = no_such_module
