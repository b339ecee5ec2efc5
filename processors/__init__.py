"""What a call does, one file a concern: thin frame processors over the logic in ``state``."""
