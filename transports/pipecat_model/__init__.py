"""A model leg made of pipecat's own services."""
