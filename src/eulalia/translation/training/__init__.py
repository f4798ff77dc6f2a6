"""Training and conversion of translation models."""
