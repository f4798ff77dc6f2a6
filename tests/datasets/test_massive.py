"""MASSIVE's files, its tokens and labels."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.datasets import DatasetError, Massive, Request
from eulalia.turn import Slot


def row(locale: str = "en-US", **changes: str) -> dict[str, str]:
    return {
        "id": "1",
        "locale": locale,
        "partition": "dev",
        "scenario": "alarm",
        "intent": "alarm_set",
        "utt": "wake me on friday",
        "annot_utt": "wake me [date : on friday]",
    } | changes


def write(folder: Path, *rows: dict[str, Any]) -> Massive:
    for locale in {item["locale"] for item in rows}:
        lines = [json.dumps(item, ensure_ascii=False) for item in rows if item["locale"] == locale]
        (folder / f"{locale}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return Massive.open(folder)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Request]:
    """One request, written and read again."""

    def read_one(
        text: str, annotated: str, locale: str = "en-US", *, published_labels: bool = False
    ) -> Request:
        massive = write(tmp_path, row(locale, utt=text, annot_utt=annotated))
        return massive.requests(locale, "dev", published_labels=published_labels)[0]

    return read_one


Reader = Callable[..., Request]


def labelled(request: Request) -> list[tuple[str, str]]:
    return list(zip(request.tokens, request.labels, strict=True))


def test_tokens_are_split_on_white_space(read: Reader) -> None:
    request = read("wake me at five a.m.  this week", "wake me [time : at five a.m.] this week")
    assert request.tokens == ("wake", "me", "at", "five", "a.m.", "this", "week")
    assert request.labels == ("Other", "Other", "time", "time", "time", "Other", "Other")
    assert request.starts == (0, 5, 8, 11, 16, 22, 27)
    assert request.slots == (Slot("time", "at five a.m.", 8, 20),)


def test_a_request_without_slots_is_other_throughout(read: Reader) -> None:
    request = read("olly leise", "olly leise", "de-DE")
    assert request.labels == ("Other", "Other")
    assert request.slots == ()


def test_adjacent_slots_of_one_label_merge_in_labels_and_stay_two_slots(read: Reader) -> None:
    request = read("play jazz blues", "play [genre : jazz] [genre : blues]")
    assert request.labels == ("Other", "genre", "genre")
    assert [slot.value for slot in request.slots] == ["jazz", "blues"]


@pytest.mark.parametrize("locale", ["ja-JP", "zh-CN", "zh-TW"])
def test_japanese_and_chinese_are_split_by_character(read: Reader, locale: str) -> None:
    request = read("金曜日の九時に", "[date : 金曜日] の [time : 九時] に", locale)
    assert labelled(request) == [
        ("金", "date"),
        ("曜", "date"),
        ("日", "date"),
        ("の", "Other"),
        ("九", "time"),
        ("時", "time"),
        ("に", "Other"),
    ]
    assert request.starts == (0, 1, 2, 3, 4, 5, 6)
    assert request.slots == (Slot("date", "金曜日", 0, 3), Slot("time", "九時", 4, 6))


def test_korean_is_split_on_white_space(read: Reader) -> None:
    assert read("금요일 깨워줘", "[date : 금요일] 깨워줘", "ko-KR").tokens == ("금요일", "깨워줘")


def test_runs_of_ascii_stay_whole_and_find_their_place_in_the_text(read: Reader) -> None:
    request = read(
        "b. b. c.のjazz playlistを",
        "[media_type : b. b. c.] の [genre : jazz] playlist を",
        "ja-JP",
    )
    assert labelled(request) == [
        ("b.", "media_type"),
        ("b.", "media_type"),
        ("c.", "media_type"),
        ("の", "Other"),
        ("jazz", "genre"),
        ("playlist", "Other"),
        ("を", "Other"),
    ]
    assert request.starts == (0, 3, 6, 8, 9, 14, 22)
    assert [slot.value for slot in request.slots] == ["b. b. c.", "jazz"]


def test_ascii_glued_to_other_letters_is_split_by_character(read: Reader) -> None:
    # So do MASSIVE's scripts: the piece between white space is not all ASCII.
    request = read("boøwyの曲", "[artist_name : boøwy] の曲", "ja-JP")
    assert request.tokens == ("b", "o", "ø", "w", "y", "の", "曲")
    assert request.labels == ("artist_name",) * 5 + ("Other", "Other")


def test_text_right_behind_a_bracket_is_outside_the_slot(read: Reader) -> None:
    request = read("金曜の朝", "[date : 金曜]の朝", "ja-JP")
    assert request.labels == ("date", "date", "Other", "Other")


def test_published_labels_run_on_behind_slots_that_end_in_ascii(read: Reader) -> None:
    annotated = "[genre : jazz] を [date : 金曜] に [app : x] で [date : 金曜] に"
    request = read("jazzを金曜にxで金曜に", annotated, "ja-JP", published_labels=True)
    assert request.labels == (
        *("genre", "genre"),
        *("date", "date", "Other"),
        *("app", "app"),
        *("date", "date", "Other"),
    )
    assert [slot.value for slot in request.slots] == ["jazz", "金曜", "x", "金曜"]


def test_published_labels_change_nothing_where_words_are_spaced(read: Reader) -> None:
    request = read("play jazz now", "play [genre : jazz] now", published_labels=True)
    assert request.labels == ("Other", "genre", "Other")


def test_an_annotation_that_departs_by_a_letter_is_aligned_around_it(read: Reader) -> None:
    # 臺 became 台; the other letters keep their places.
    request = read("打開台燈吧", "打開 [device : 臺燈] 吧", "zh-TW")
    assert request.tokens == ("打", "開", "臺", "燈", "吧")
    assert request.starts == (0, 1, -1, 3, 4)
    assert request.slots == (Slot("device", "燈", 3, 4),)


WORD = st.text(st.sampled_from("aé日本語x1.-"), min_size=1, max_size=4)
PARTS = st.lists(
    st.tuples(st.sampled_from(["Other", "date", "time"]), st.lists(WORD, min_size=1, max_size=3)),
    min_size=1,
    max_size=5,
)


@given(PARTS)
def test_whatever_is_annotated_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, list[str]]]
) -> None:
    annotated = " ".join(
        " ".join(words) if name == "Other" else f"[{name} : {' '.join(words)}]"
        for name, words in parts
    )
    spaced = " ".join(word for _, words in parts for word in words)
    dense = spaced.replace(" ", "")
    massive = write(
        tmp_path_factory.mktemp("massive"),
        row("en-US", utt=spaced, annot_utt=annotated),
        row("zh-CN", utt=dense, annot_utt=annotated),
    )
    for locale, text in (("en-US", spaced), ("zh-CN", dense)):
        (request,) = massive.requests(locale, "dev")
        values = [" ".join(words) for name, words in parts if name != "Other"]
        if locale == "zh-CN":
            values = [value.replace(" ", "") for value in values]
        assert [slot.value for slot in request.slots] == values
        for token, start in zip(request.tokens, request.starts, strict=True):
            assert text.startswith(token, start)
        per_word = [(name, word) for name, words in parts for word in words]
        if locale == "en-US":
            assert request.labels == tuple(name for name, _ in per_word)
        else:
            assert request.labels == tuple(
                name for name, word in per_word for _ in range(1 if word.isascii() else len(word))
            )


def archive(path: Path, names: list[str], content: bytes) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_archive_its_folder_and_its_data_folder_read_the_same(tmp_path: Path) -> None:
    line = json.dumps(row()).encode()
    packed = archive(tmp_path / "a.tar.gz", ["1.1/LICENSE", "1.1/data/en-US.jsonl"], line)
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path, filter="data")
    paths = [packed, tmp_path, tmp_path / "1.1", tmp_path / "1.1/data"]
    found = [Massive.open(path).requests("en-US", "dev") for path in paths]
    assert len(found[0]) == 1
    assert all(requests == found[0] for requests in found)


def test_the_first_version_s_archive_is_read_too(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar.gz", ["1.0/data/._en-US.jsonl", "1.0/data/en-US.jsonl"], b"")
    assert Massive.open(path).locales == ("en-US",)


def test_locales_are_in_alphabetical_order(tmp_path: Path) -> None:
    massive = write(tmp_path, row("zh-CN"), row("af-ZA"), row("en-US"))
    assert massive.locales == ("af-ZA", "en-US", "zh-CN")


def test_only_the_partition_asked_for_comes_in_the_file_s_order(tmp_path: Path) -> None:
    massive = write(tmp_path, row(id="3"), row(id="4", partition="train"), row(id="2"), row(id="1"))
    assert [request.id for request in massive.requests("en-US", "dev")] == ["3", "2", "1"]
    assert massive.requests("en-US", "test") == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 must be a JSON object, not list"),
        ("[" * 100_000, "line 2 is not JSON"),
        (json.dumps({"id": "1"}), "line 2 has no 'partition'"),
        (json.dumps(row() | {"utt": 7}), "line 2 has 7 for 'utt', which must be a text"),
        (json.dumps(row("de-DE")), "line 2 says that it is de-DE, in the file of en-US"),
        (json.dumps(row(utt=" ", annot_utt="")), "line 2 has an empty 'utt'"),
        (json.dumps(row(utt="wake me")), "line 2 has 2 tokens in 'utt' and 4 in 'annot_utt'"),
        (json.dumps(row(annot_utt="wake me [date on friday]")), "without a name or ' : '"),
        (json.dumps(row(annot_utt="wake me [ : on friday]")), "without a name or ' : '"),
        (json.dumps(row(annot_utt="wake me [date : on friday")), "'date' that is not closed"),
        (json.dumps(row(annot_utt="wake me [")), "without a name or ' : '"),
    ],
)
def test_a_broken_line_is_named_in_one_sentence(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "en-US.jsonl"
    file.write_text(json.dumps(row()) + "\n" + line + "\n", "utf-8")
    with pytest.raises(DatasetError) as caught:
        Massive.open(tmp_path).requests("en-US", "dev")
    assert complaint in str(caught.value)
    assert "en-US.jsonl" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-US.jsonl").write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(DatasetError, match="line 1 is not JSON in UTF-8"):
        Massive.open(tmp_path).requests("en-US", "dev")


def test_an_unknown_locale_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no locale 'xx-XX'; it has en-US\."):
        write(tmp_path, row()).requests("xx-XX", "dev")


def test_nothing_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        Massive.open(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="holds no file such as"):
        Massive.open(tmp_path)


def test_a_cut_archive_is_one_sentence(tmp_path: Path) -> None:
    content = os.urandom(100_000)
    whole = archive(tmp_path / "a.tar.gz", ["1.1/data/en-US.jsonl"], content).read_bytes()
    cut = tmp_path / "cut.tar.gz"
    for length in (0, 5, 1000, len(whole) // 2):
        cut.write_bytes(whole[:length])
        with pytest.raises(DatasetError):
            Massive.open(cut)


def test_a_file_that_is_no_archive_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not an archive\n" * 100)
    with pytest.raises(DatasetError, match="not a whole tar archive"):
        Massive.open(path)


@pytest.mark.data
def test_the_official_archive_is_read_whole() -> None:
    folder = os.environ.get("EULALIA_DATA")
    if not folder:
        pytest.skip("EULALIA_DATA names no folder of public data sets")
    archives = sorted((Path(folder) / "massive").glob("*.tar.gz"))
    if not archives:
        pytest.skip(f"{folder}/massive has no archive")
    massive = Massive.open(archives[0])
    assert len(massive.locales) >= 51
    for locale in ("de-DE", "ja-JP", "th-TH", "zh-TW"):
        requests = massive.requests(locale, "dev")
        assert len(requests) == 2033
        for request in requests:
            assert "".join(request.tokens) == "".join(request.text.split())
            assert -1 not in request.starts
            assert len(request.labels) == len(request.tokens)
