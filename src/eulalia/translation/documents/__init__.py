"""Documents of several formats as segments of text, and back again byte for byte."""

from eulalia.translation.documents.document import Document, Segment, Translatable
from eulalia.translation.documents.formats import SUFFIXES, open_document, read_document

__all__ = ["SUFFIXES", "Document", "Segment", "Translatable", "open_document", "read_document"]
