"""Teaching by dialogue."""
