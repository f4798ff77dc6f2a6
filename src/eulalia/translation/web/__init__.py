"""Parallel data from pages of the web that exist in two languages."""

from eulalia.translation.web.gathering import Gathering, gather, read_list

__all__ = ["Gathering", "gather", "read_list"]
