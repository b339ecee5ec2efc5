"""The call's logic as plain objects: no I/O, no clock, no pipecat, no await."""
