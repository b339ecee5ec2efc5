"""A brain without a language model: it follows a call file by rules, and says nothing else."""
