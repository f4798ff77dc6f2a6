"""Servers by which other programs use Eulalia."""
