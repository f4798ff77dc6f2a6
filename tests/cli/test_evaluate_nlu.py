"""`eulalia evaluate nlu`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from eulalia.cli.errors import Commands
from eulalia.cli.evaluate_nlu import evaluate, nlu, summarize
from eulalia.cli.files import write_json
from eulalia.datasets import Massive
from eulalia.errors import EulaliaError
from eulalia.nlu.metrics import MetricsError
from eulalia.text.features import key
from eulalia.turn import Interpretation, Slot

app = typer.Typer(cls=Commands)
app.command("nlu")(nlu)
app.command("other")(lambda: None)

LINES = {
    "en-US": [
        ("alarm_set", "wake me on friday", "wake me [date : on friday]"),
        ("alarm_set", "alarm", "alarm"),
        ("play_music", "play jazz", "play [music_genre : jazz]"),
        ("play_music", "jazz on friday", "[music_genre : jazz] [date : on friday]"),
    ],
    "ja-JP": [
        ("play_music", "jazzを再生", "[music_genre : jazz] を再生"),
        ("alarm_set", "金曜", "[date : 金曜]"),
    ],
}


class Keywords:
    """An assistant of few words: it knows jazz, Fridays and alarms."""

    def understand_all(self, texts: Sequence[str], locale: str) -> list[tuple[Interpretation, ...]]:
        return [self._understand(text) for text in texts]

    def _understand(self, text: str) -> tuple[Interpretation, ...]:
        slots = tuple(
            Slot(name, word, text.index(word), text.index(word) + len(word))
            for word, name in (("jazz", "music_genre"), ("friday", "date"), ("金曜", "date"))
            if word in text
        )
        if "jazz" in text:
            return (Interpretation(text, "play", "play_music", slots, 0.9),)
        if slots:
            return (Interpretation(text, "alarm", "alarm_set", slots, 0.6),)
        return ()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for locale, requests in LINES.items():
        rows = [
            {
                "id": str(number),
                "locale": locale,
                "partition": "dev",
                "scenario": intent.split("_")[0],
                "intent": intent,
                "utt": text,
                "annot_utt": annotated,
            }
            for number, (intent, text, annotated) in enumerate(requests)
        ]
        lines = [json.dumps(row) for row in rows]
        (tmp_path / f"{locale}.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["nlu", *map(str, words)])


def test_figures_are_those_worked_by_hand(data: Path) -> None:
    done: list[int] = []
    result = evaluate(Keywords(), Massive.open(data).requests("en-US", "dev"), done.append)
    # The request "alarm" is not understood; "friday" is found without its "on", twice.
    assert result.scores.n == 4
    assert result.scores.intent_accuracy.value == 3 / 4
    # Four wanted, four predicted, jazz right twice: 2 · 2 / 8.
    assert result.scores.slot_f1.value == 1 / 2
    assert result.scores.exact_match.value == 1 / 4
    # 0.9 twice and right, 0.6 and right, 0 and wrong: (2 · 0.1 + 0.4 + 0) / 4.
    assert result.ece == pytest.approx(0.15)
    assert sum(done) == 4


def test_characters_and_ascii_are_compared_by_token(data: Path) -> None:
    requests = Massive.open(data).requests("ja-JP", "dev")
    assert evaluate(Keywords(), requests).scores.exact_match.value == 1


def test_published_labels_cost_a_right_reading_its_match(data: Path) -> None:
    requests = Massive.open(data).requests("ja-JP", "dev", published_labels=True)
    assert evaluate(Keywords(), requests).scores.exact_match.value == 1 / 2


def test_averages_are_over_locales_with_and_without_english(data: Path) -> None:
    massive = Massive.open(data)
    report = summarize(
        {
            locale: evaluate(Keywords(), massive.requests(locale, "dev"))
            for locale in massive.locales
        }
    )
    assert set(report["locales"]) == {"en-US", "ja-JP"}
    assert {"n", "intent_accuracy", "slot_f1", "exact_match"} <= set(report["locales"]["ja-JP"])
    assert report["average"]["intent_accuracy"] == pytest.approx((0.75 + 1) / 2)
    assert (report["average"]["n"], report["average"]["locales"]) == (6, 2)
    assert report["zero_shot_average"]["slot_f1"] == report["locales"]["ja-JP"]["slot_f1"]
    assert json.loads(json.dumps(report)) == report


def test_english_alone_has_no_zero_shot_average(data: Path) -> None:
    requests = Massive.open(data).requests("en-US", "dev")
    assert "zero_shot_average" not in summarize({"en-US": evaluate(Keywords(), requests)})


def test_no_requests_are_no_result() -> None:
    with pytest.raises(MetricsError, match="no requests"):
        evaluate(Keywords(), [])


def test_json_that_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(EulaliaError, match="cannot be written"):
        write_json(tmp_path / "taken", {})
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--data", "nowhere"], "nowhere does not exist"),
        (["--data", "{data}", "--locales", "xx-XX"], "There is no locale xx-XX"),
        (["--data", "{data}", "--locales", ","], "There is no locale"),
        (["--data", "{data}", "--json", "no/such/folder/f.json"], "There is no folder"),
        (["--data", "{data}", "--model", "nowhere"], "nowhere holds no understanding model"),
    ],
)
def test_what_cannot_be_evaluated_is_one_sentence(
    data: Path, words: list[str], complaint: str
) -> None:
    result = run(*(word.format(data=data) for word in words))
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as training exports it, without having been trained."""
    torch = pytest.importorskip("torch", reason="exporting a model needs the extra train")
    from eulalia.nlu.training.data import Example
    from eulalia.nlu.training.export import export
    from eulalia.nlu.training.linear import write_linear
    from eulalia.nlu.training.network import Network

    torch.manual_seed(0)
    intents, labels = ["alarm_set", "play_music"], ["Other", "date", "music_genre"]
    network = Network(
        word_rows=1,
        character_rows=2,
        dimension=8,
        hidden=16,
        layers=1,
        locales=2,
        intents=len(intents),
        labels=len(labels),
        dropout=0.0,
    )
    folder = tmp_path_factory.mktemp("model")
    with warnings.catch_warnings():
        # The tracer's own deprecations are no concern of this test.
        warnings.simplefilter("ignore")
        export(
            network,
            folder,
            {key("en-US jazz"): 0},
            {key("j"): 0, key("を"): 1},
            {"locales": ["en-US", "ja-JP"], "intents": intents, "labels": labels},
        )
    examples = [
        Example.of(locale, intent, intent.split("_"), ["Other", "Other"])
        for locale in ("en-US", "ja-JP")
        for intent in intents
    ]
    write_linear(examples, intents, labels, folder, votes=50, cost=1.0, slot_cost=1.0)
    return folder


def test_the_command_writes_the_figures_for_people_and_programs(data: Path, model: Path) -> None:
    target = data / "figures.json"
    words = ["--data", data, "--model", model, "--json", target]
    result = run(*words, "--partition", "dev")
    assert result.exit_code == 0, result.output
    assert "average" in result.stdout
    figures = json.loads(target.read_text("utf-8"))
    assert figures["partition"] == "dev"
    assert {locale: row["n"] for locale, row in figures["locales"].items()} == {
        "en-US": 4,
        "ja-JP": 2,
    }
    for row in (*figures["locales"].values(), figures["average"]):
        for figure, (low, high) in row["intervals"].items():
            assert 0 <= low <= row[figure] <= high <= 1


def test_locales_and_a_limit_choose_what_is_evaluated(data: Path, model: Path) -> None:
    target = data / "figures.json"
    words = ["--data", data, "--model", model, "--json", target, "--partition", "dev"]
    result = run(*words, "--locales", "en-US", "--limit", 3)
    assert result.exit_code == 0, result.output
    figures = json.loads(target.read_text("utf-8"))
    assert [(name, row["n"]) for name, row in figures["locales"].items()] == [("en-US", 3)]


def test_a_partition_without_requests_is_one_sentence(data: Path, model: Path) -> None:
    target = data / "figures.json"
    result = run("--data", data, "--model", model, "--json", target, "--partition", "test")
    assert result.exit_code == 1
    assert "en-US has no requests in the partition 'test'" in result.stderr
    assert not target.exists()
