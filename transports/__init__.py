"""The outside world, one folder a peer."""
