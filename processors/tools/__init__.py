"""The functions that are built in, and those of Python that a call file names."""
