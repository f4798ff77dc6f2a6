"""What the server does: Amazon Translate's operations."""

from eulalia.serving.amazon_translate.operations.call import Caller
from eulalia.serving.amazon_translate.operations.operations import Operations

__all__ = ["Caller", "Operations"]
