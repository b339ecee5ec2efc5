"""A table as the views print it: a title, and columns without lines."""

from __future__ import annotations

from rich.table import Table


def plain_table(title: str) -> Table:
    """An empty one."""
    return Table(
        box=None,
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=False,
        padding=(0, 2, 0, 0),
    )
