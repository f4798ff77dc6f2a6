"""What is left for translators when a book changes: `translate sync` replayed on Dive into D. L.

The Chinese edition lies beside the English that it was translated from, and the Korean one beside a
later English. So the Chinese translation is adopted with its own English, then that English changes
into the later one. With the Turkish edition it is the other way round: it lies beside the later
English, which changes back into the earlier one. Counted are the blocks of text that nobody has to
touch, and beside them what is left where each document that changed, or each block that is not the
same letter by letter, would be translated anew.

No model has a part in these figures: what would be translated stays in English.

    python benchmarks/synchronisation.py --data DIR
"""

from __future__ import annotations

import argparse
import json
import resource
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.progress import track

from eulalia.translation.masking import Masked
from eulalia.translation.synchronisation import carry_out, changes_of, documents, lay_out, plan
from eulalia.translation.synchronisation.blocks import read_page

RESULTS = Path(__file__).parent / "results" / "synchronisation.json"
REPLAYS = {"zh": "ko", "tr": "zh"}
"""Editions, and those that lie beside the English that theirs changes into."""
UNTOUCHED = ("kept", "taken", "repaired")


class Untranslated:
    """Leaves each text as it is."""

    def translate(self, texts, *, pairs=None, terminology=None):
        return list(texts)

    def translate_masked(self, texts: list[Masked], *, pairs=None, terminology=None) -> list[str]:
        return [each.text for each in texts]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--data", type=Path, required=True, help="folder with translation/")
    options.add_argument("--limit", type=int, help="so many documents, evenly spaced")
    options.add_argument("--output", type=Path, default=RESULTS)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = {
            language: replay(
                Path(name) / language, chosen.data / "translation", language, chosen.limit
            )
            for language in REPLAYS
        }
    chosen.output.write_text(json.dumps(figures, indent=1) + "\n")
    for language, found in figures.items():
        for name, value in found.items():
            print(f"{language} {name:>50} {value}")


def replay(folder: Path, data: Path, language: str, limit: int | None) -> dict[str, object]:
    """The figures of the change from one edition's English to another's."""
    before = members(data / f"d2l-{language}.tar.gz")
    after = members(data / f"d2l-{REPLAYS[language]}.tar.gz")
    names = sorted(
        name
        for name in before
        if name.endswith("_origin.md") and name in after and translation(name) in before
    )
    if limit is not None:
        names = [names[place * len(names) // limit] for place in range(min(limit, len(names)))]
    for name in names:
        write(folder / "en" / translation(name), before[name])
        write(folder / language / translation(name), before[translation(name)])
    adopted, adopting = run(folder, language, "adopting")
    again, nothing = run(folder, language, "nothing to do")
    stood = {name: (folder / language / translation(name)).read_bytes() for name in names}
    for name in names:
        write(folder / "en" / translation(name), after[name])
    changed, seconds = run(folder, language, "following")
    same = [name for name in names if before[name] == after[name]]
    assert all((folder / language / translation(n)).read_bytes() == stood[n] for n in same)
    blocks = {name: texts(after[name]) for name in names}
    known = {name: set(texts(before[name])) for name in names}
    total = sum(map(len, blocks.values()))
    in_changed = sum(len(blocks[name]) for name in names if name not in same)
    other = sum(text not in known[name] for name in names for text in blocks[name])
    touched = total - sum(changed.get(verdict, 0) for verdict in UNTOUCHED)
    return {
        "documents": len(names),
        "documents_changed": len(names) - len(same),
        "adopted": adopted,
        "again": again,
        "blocks": total,
        "changed": changed,
        "share_to_touch": round(touched / total, 4),
        "share_if_changed_blocks_were_translated_anew": round(other / total, 4),
        "share_if_changed_documents_were_translated_anew": round(in_changed / total, 4),
        "seconds_adopting": round(adopting, 1),
        "seconds_nothing_to_do": round(nothing, 1),
        "seconds_following": round(seconds, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def run(folder: Path, language: str, what: str) -> tuple[dict[str, int], float]:
    """What became of the blocks, those of code apart, and the processor's seconds."""
    layout = lay_out(folder / "en", [language], None)[language]
    found = documents(layout, [layout])
    began = time.process_time()
    planned = plan(layout, found, ("en", language))
    assert not planned.broken, planned.broken
    counts: Counter[str] = Counter()
    results = carry_out(planned, Untranslated())
    for result in track(results, what, total=len(planned.drafts), transient=True):
        changes = changes_of(result.draft, language, result.work.document, result.finished)
        counts.update(f"code {c.verdict}" if c.is_code else c.verdict for c in changes)
        counts["doubtful"] += sum(change.is_doubtful for change in changes)
    return dict(counts), time.process_time() - began


def members(archive: Path) -> dict[str, bytes]:
    """The Markdown of an archive by its path below the first folder."""
    with tarfile.open(archive) as files:
        return {
            each.name.partition("/")[2]: files.extractfile(each).read()
            for each in files
            if each.name.endswith(".md")
        }


def translation(name: str) -> str:
    return name.replace("_origin.md", ".md")


def texts(content: bytes) -> list[str]:
    """The blocks of text of a document."""
    return [block.text for block in read_page(content.decode(), ".md").blocks if not block.is_code]


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
