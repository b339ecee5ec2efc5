"""What is told to a business's own systems."""
