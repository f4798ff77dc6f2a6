"""Documents and their translations, brought in step again and again."""

import json

import pytest

from eulalia.translation.synchronisation import carry_out, documents, lay_out, plan
from tests.translation.synchronisation.folders import Capitals, contents, look, synchronise

PAGE = """# A title here

The first paragraph. It has two sentences.

```python
x = 1
```

- an item of a list
- a second item

The last paragraph with `code` in it.
"""


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "a.md").write_text(PAGE)
    return folder


def translation(book, name="a.md"):
    return book.parent / "de" / name


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def verdicts(book):
    return [change.verdict for change in look(book).changes()]


def test_a_first_run_translates_everything_and_keeps_what_is_no_text(book):
    synchronise(book)
    assert translation(book).read_text() == PAGE.replace("A title here", "A TITLE HERE").replace(
        "The first paragraph. It has two sentences.", "THE FIRST PARAGRAPH. IT HAS TWO SENTENCES."
    ).replace("an item of a list", "AN ITEM OF A LIST").replace(
        "a second item", "A SECOND ITEM"
    ).replace("The last paragraph with `code` in it.", "THE LAST PARAGRAPH WITH `code` IN IT.")


def test_a_second_run_changes_nothing(book):
    synchronise(book)
    before = contents(book.parent)
    assert synchronise(book) == []
    assert contents(book.parent) == before
    assert set(verdicts(book)) == {"kept"}


def test_only_the_sentence_that_changed_is_translated(book):
    synchronise(book)
    edit(book / "a.md", "It has two sentences.", "It has two new sentences.")
    assert synchronise(book) == ["It has two new sentences."]
    assert "THE FIRST PARAGRAPH. IT HAS TWO NEW SENTENCES.\n" in translation(book).read_text()


def test_what_a_person_wrote_stays_when_its_neighbour_changes(book):
    synchronise(book)
    edit(translation(book), "THE FIRST PARAGRAPH.", "Der erste Absatz.")
    assert synchronise(book) == []
    edit(book / "a.md", "It has two sentences.", "It has two new sentences.")
    assert synchronise(book) == ["It has two new sentences."]
    assert "Der erste Absatz. IT HAS TWO NEW SENTENCES.\n" in translation(book).read_text()
    assert set(verdicts(book)) == {"kept"}


def test_when_both_sides_changed_a_sentence_the_persons_stays_and_is_stale(book):
    synchronise(book)
    edit(translation(book), "THE FIRST PARAGRAPH.", "Der erste Absatz.")
    edit(book / "a.md", "The first paragraph.", "This paragraph here is first.")
    before = translation(book).read_bytes()
    assert synchronise(book) == []
    assert translation(book).read_bytes() == before
    assert verdicts(book).count("stale") == 1
    assert synchronise(book) == []
    assert verdicts(book).count("stale") == 1
    edit(translation(book), "Der erste Absatz.", "Hier ist der erste Absatz.")
    synchronise(book)
    assert set(verdicts(book)) == {"kept"}


def test_what_is_stale_can_be_accepted(book):
    synchronise(book)
    edit(translation(book), "THE FIRST PARAGRAPH.", "Der erste Absatz.")
    edit(book / "a.md", "The first paragraph.", "This paragraph here is first.")
    synchronise(book)
    before = translation(book).read_bytes()
    synchronise(book, accepted=["a.md"])
    assert set(verdicts(book)) == {"kept"}
    assert translation(book).read_bytes() == before


def test_moved_blocks_are_not_translated_again(book):
    synchronise(book)
    text = (book / "a.md").read_text()
    first = "The first paragraph. It has two sentences.\n\n"
    (book / "a.md").write_text(text.replace(first, "") + "\n" + first.strip() + "\n")
    assert synchronise(book) == []
    assert translation(book).read_text().endswith("THE FIRST PARAGRAPH. IT HAS TWO SENTENCES.\n")


def test_a_renamed_document_takes_its_translation_along(book):
    synchronise(book)
    edit(translation(book), "A SECOND ITEM", "ein zweiter Punkt")
    before = translation(book).read_bytes()
    (book / "a.md").rename(book / "b.md")
    assert synchronise(book) == []
    assert translation(book, "b.md").read_bytes() == before
    assert not translation(book).exists()
    assert synchronise(book) == []


def test_blocks_whose_source_is_gone_go_unless_a_person_wrote_them(book):
    synchronise(book)
    edit(translation(book), "A SECOND ITEM", "ein zweiter Punkt")
    edit(book / "a.md", "- an item of a list\n- a second item\n\n", "")
    assert synchronise(book) == []
    text = translation(book).read_text()
    assert "AN ITEM" not in text
    assert "ein zweiter Punkt" in text
    assert verdicts(book).count("stale") == 1


def test_what_a_person_added_stays_behind_what_it_followed(book):
    synchronise(book)
    edit(translation(book), "A TITLE HERE\n", "A TITLE HERE\n\nEine Anmerkung.\n")
    edit(book / "a.md", "# A title here\n", "# A title here\n\nSomething new.\n")
    assert synchronise(book) == ["Something new."]
    text = translation(book).read_text()
    assert text.startswith("# A TITLE HERE\n\nSOMETHING NEW.\n\nEine Anmerkung.\n")
    assert synchronise(book) == []


def test_code_follows_its_source_unless_a_person_changed_it(book):
    synchronise(book)
    edit(book / "a.md", "x = 1", "x = 2")
    synchronise(book)
    assert "x = 2" in translation(book).read_text()
    edit(translation(book), "x = 2", "x = 2  # zwei")
    edit(book / "a.md", "x = 2", "x = 3")
    synchronise(book)
    assert "x = 2  # zwei" in translation(book).read_text()
    assert verdicts(book).count("stale") == 1


def test_translations_of_people_are_adopted_and_what_is_missing_is_translated(book):
    translation(book).parent.mkdir()
    german = """# Ein Titel steht hier

Der erste Absatz. Er hat zwei Sätze.

```python
x = 1
```

- ein Element einer Liste
- ein zweites Element
"""
    translation(book).write_text(german)
    assert synchronise(book) == ["The last paragraph with `code` in it."]
    assert translation(book).read_text() == (
        german[:-1] + "\n\nTHE LAST PARAGRAPH WITH `code` IN IT.\n"
    )
    assert synchronise(book) == []


def test_what_moves_to_another_document_takes_a_persons_words_along(book):
    synchronise(book)
    edit(translation(book), "THE LAST PARAGRAPH WITH `code` IN IT.", "Der letzte Absatz: `code`.")
    synchronise(book)
    last = "The last paragraph with `code` in it.\n"
    edit(book / "a.md", f"\n{last}", "")
    (book / "b.md").write_text(f"# Another\n\n{last}")
    assert synchronise(book) == ["Another"]
    assert translation(book, "b.md").read_text() == "# ANOTHER\n\nDer letzte Absatz: `code`.\n"
    assert "Absatz" not in translation(book).read_text()
    assert set(verdicts(book)) == {"kept"}
    assert synchronise(book) == []


def test_a_document_that_is_gone_leaves_what_people_wrote(book):
    synchronise(book)
    edit(translation(book), "A SECOND ITEM", "ein zweiter Punkt")
    (book / "a.md").unlink()
    (book / "b.md").write_text("Nothing of that.\n")
    synchronise(book)
    assert translation(book).read_text() == "- ein zweiter Punkt\n"
    assert verdicts(book).count("stale") == 1
    before = contents(book.parent)
    synchronise(book)
    assert contents(book.parent) == before


def test_a_translation_that_was_deleted_comes_back_without_an_engine(book):
    synchronise(book)
    edit(translation(book), "A SECOND ITEM", "ein zweiter Punkt")
    synchronise(book)
    before = translation(book).read_bytes()
    translation(book).unlink()
    assert synchronise(book) == []
    assert translation(book).read_bytes() == before


def test_what_a_person_left_out_stays_out(book):
    synchronise(book)
    edit(translation(book), "- AN ITEM OF A LIST\n", "")
    edit(book / "a.md", "It has two sentences.", "It has a few sentences.")
    assert synchronise(book) == ["It has a few sentences."]
    assert "AN ITEM" not in translation(book).read_text()


def test_the_same_text_is_translated_once(book):
    (book / "b.md").write_text(PAGE)
    assert len(synchronise(book)) == 5


def notebook(*texts):
    cells = [{"cell_type": "markdown", "source": [text]} for text in texts]
    return json.dumps({"cells": cells})


def test_in_a_notebook_a_persons_first_cell_stays_when_its_source_goes(book):
    source, target = book / "n.ipynb", translation(book, "n.ipynb")
    source.write_text(notebook("Some words.", "A second cell."))
    synchronise(book)
    target.write_text(target.read_text().replace("SOME WORDS.", "Ein paar Worte."))
    synchronise(book)
    source.write_text(notebook("A second cell."))
    synchronise(book)
    assert target.read_text() == notebook("Ein paar Worte.", "A SECOND CELL.")
    assert verdicts(book).count("stale") == 1


def test_a_notebook_that_would_break_is_left_as_it_stands(book):
    source, target = book / "n.ipynb", translation(book, "n.ipynb")
    source.write_text(notebook("Some words."))
    synchronise(book)
    target.write_text(notebook("Ein paar Worte.", "Eigenes."))
    synchronise(book)
    target.write_text(notebook("Eigenes.", "Ein paar Worte."))
    synchronise(book)
    before = contents(target.parent)
    source.write_text(notebook("Before all.", "Some words."))
    layout = lay_out(book, ["de"], None)["de"]
    found = plan(layout, documents(layout, [layout]), ("en", "de"))
    list(carry_out(found, Capitals()))
    assert "was left as it stands" in found.broken[0]
    assert contents(target.parent) == before
