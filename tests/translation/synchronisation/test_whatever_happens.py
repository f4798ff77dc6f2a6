"""Whatever is edited on both sides, people's words stay, and what is current is left alone."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eulalia.translation.synchronisation.blocks import read_page
from tests.translation.synchronisation.folders import contents, synchronise

_WORDS = st.sampled_from("cat dog sun moon tree house runs sleeps sees red blue 3 7 `x`".split())
_SENTENCE = st.lists(_WORDS, min_size=2, max_size=6).map(lambda words: f"The {' '.join(words)}.")
_PARAGRAPH = st.lists(_SENTENCE, min_size=1, max_size=3).map(" ".join)
_CODE = st.integers(0, 9).map(lambda n: f"```\nx = {n}\n```")
_BLOCK = st.one_of(
    _PARAGRAPH, _PARAGRAPH, _CODE, _SENTENCE.map("# {}".format), _SENTENCE.map("- {}".format)
)
_PAGE = st.lists(_BLOCK, min_size=1, max_size=7)
_PLACE = st.integers(0, 6)
_EDIT = st.one_of(
    st.tuples(st.just("source"), st.sampled_from(["insert", "replace"]), _PLACE, _BLOCK),
    st.tuples(st.just("source"), st.sampled_from(["delete", "move"]), _PLACE, st.just("")),
    st.tuples(st.just("person"), st.sampled_from(["insert", "replace"]), _PLACE, st.just("")),
    st.tuples(st.just("run"), st.just(""), _PLACE, st.just("")),
)


def edited(page, how, place, block):
    """The blocks of a page after an edit."""
    page = list(page)
    place %= len(page) + (how == "insert")
    if how == "insert":
        page.insert(place, block)
    elif how == "replace":
        page[place] = block
    elif how == "move":
        page.append(page.pop(place))
    elif len(page) > 1:
        del page[place]
    return page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_PAGE, st.lists(_EDIT, max_size=6))
def test_peoples_words_stay_and_a_second_run_changes_nothing(page, edits):
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "en" / "a.md", Path(name) / "de" / "a.md"
        source.parent.mkdir()
        source.write_text("\n\n".join(page) + "\n")
        synchronise(source.parent)
        people = set()
        for number, (who, how, place, block) in enumerate(edits):
            if who == "source":
                page = edited(page, how, place, block)
                source.write_text("\n\n".join(page) + "\n")
            elif who == "person":
                words = f"Wort{number} eines Menschen{number}"
                blocks = target.read_text().rstrip("\n").split("\n\n")
                place %= len(blocks)
                if how == "replace":
                    people -= {each for each in people if each in blocks[place]}
                    blocks[place] = words
                else:
                    blocks.insert(place, words)
                people.add(words)
                target.write_text("\n\n".join(blocks) + "\n")
            else:
                synchronise(source.parent)
        synchronise(source.parent)
        text = target.read_text()
        assert all(words in text for words in people)
        before = contents(Path(name))
        assert synchronise(source.parent) == []
        assert contents(Path(name)) == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_PAGE, st.lists(_EDIT.filter(lambda edit: edit[0] == "source"), max_size=4))
def test_without_people_a_translation_is_that_of_its_source_byte_for_byte(page, edits):
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "en" / "a.md", Path(name) / "de" / "a.md"
        source.parent.mkdir()
        for how, place, block in [("", 0, "")] + [edit[1:] for edit in edits]:
            page = edited(page, how, place, block) if how else page
            source.write_text("\n\n".join(page) + "\n")
            synchronise(source.parent)
        ours, theirs = (read_page(path.read_text(), ".md") for path in (source, target))
        assert [block.gap for block in theirs.blocks] == [block.gap for block in ours.blocks]
        assert [block.text.replace("`X`", "`x`") for block in theirs.blocks] == [
            block.raw if block.is_code else block.raw.upper().replace("`X`", "`x`")
            for block in ours.blocks
        ]
        assert theirs.tail == ours.tail


@settings(max_examples=30, deadline=None)
@given(_PAGE, _PLACE, _BLOCK)
def test_blocks_that_did_not_change_keep_every_byte(page, place, block):
    assume(not any(block.lstrip("#- ") in each for each in page))
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "en" / "a.md", Path(name) / "de" / "a.md"
        source.parent.mkdir()
        source.write_text("\n\n".join(page) + "\n")
        synchronise(source.parent)
        wrapped = target.read_text().replace("THE ", "THE\n").replace("# THE\n", "# THE ")
        target.write_text(wrapped)
        source.write_text("\n\n".join(edited(page, "insert", place, block)) + "\n")
        synchronise(source.parent)
        added = block if block.startswith("```") else block.upper().replace("`X`", "`x`")
        stands = target.read_text()
        assert added in stands
        assert "".join(stands.replace(added, "", 1).split("\n\n")) == "".join(wrapped.split("\n\n"))
