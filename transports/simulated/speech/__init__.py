"""Real ears and a real voice for the simulated ends, each engine behind a small interface."""
