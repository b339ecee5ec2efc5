"""When a person must take over: signals of a call, weighed, and never two escalations at a time."""
