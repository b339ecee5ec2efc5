"""Functions that are requests to a business's own systems, described in the call file."""
