"""The phone leg: Twilio Media Streams, webhooks, signatures, REST."""
