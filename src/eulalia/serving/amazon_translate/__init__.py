"""A server that speaks the protocol of Amazon Translate."""

from eulalia.serving.amazon_translate.access import Access, open_access
from eulalia.serving.amazon_translate.operations import Operations
from eulalia.serving.amazon_translate.server import create_app

__all__ = ["Access", "Operations", "create_app", "open_access"]
