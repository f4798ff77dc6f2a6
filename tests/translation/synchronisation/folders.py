"""Folders of documents to keep in step, with an engine that writes capitals."""

from __future__ import annotations

from eulalia.translation.synchronisation import (
    alone,
    carry_out,
    documents,
    lay_out,
    plan,
    recover,
)


class Capitals:
    """Writes each text in capitals, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def translate_masked(self, texts, *, pairs=None, terminology=None):
        self.asked += [each.restore() for each in texts]
        return [each.text.upper() for each in texts]


def look(source, accepted=(), output=None):
    """The plan for German."""
    layout = lay_out(source, ["de"], output)["de"]
    return plan(layout, documents(layout, [layout]), ("en", "de"), accepted)


def synchronise(source, accepted=(), output=None):
    """Bring German in step; what was translated for it."""
    layout = lay_out(source, ["de"], output)["de"]
    engine = Capitals()
    with alone(layout.target):
        recover(layout.target, layout.target_of)
        found = plan(layout, documents(layout, [layout]), ("en", "de"), accepted)
        assert not found.broken
        for _ in carry_out(found, engine):
            pass
    return engine.asked


def contents(folder):
    """All files of a folder but the lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }
