"""The model leg: OpenAI Realtime (GA) over a WebSocket."""
