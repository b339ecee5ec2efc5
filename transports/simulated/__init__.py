"""Both peers, played on this machine: a phone with its network, and a Realtime model."""
