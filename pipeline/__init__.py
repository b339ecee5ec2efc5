"""The composition root: a call file's schema, its pipeline, one call's life, the HTTP server."""
