"""Functions that MCP servers offer, through pipecat's client."""
