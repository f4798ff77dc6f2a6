"""Learning more requests without training anew: the linear readers of their locales are trained on
the old requests and the new ones, and the network stays as it is.

The readers take half a minute a locale, the network hours. What the two say is weighed anew
afterwards, on dev, as it was after training.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eulalia.datasets import Clinc, Massive, Request
from eulalia.errors import EulaliaError
from eulalia.nlu.model import OUT_OF_SCOPE, SHIPPED, Understander
from eulalia.nlu.training.calibration import best_factors, slots_right
from eulalia.nlu.training.data import OTHER, Example
from eulalia.nlu.training.linear import train_intents, train_slots

log = logging.getLogger(__name__)


class ExtensionError(EulaliaError):
    """Requests that a model cannot be extended by."""


def extend(
    added: Path,
    *,
    data: Path,
    output: Path,
    model: Path | None = None,
) -> dict[str, dict[str, float]]:
    """Extend a model, the shipped one by default, by the labelled requests of a file in MASSIVE's
    form; write it to a folder of its own, which appears only when all is there.

    `data` holds `massive/` and `nlu/`, or is MASSIVE's own folder. Returns for each locale
    concerned the intent accuracy on dev before and after, without those dev requests that are among
    the added. Raises ExtensionError for a file without requests, for intents and slots that the
    model has no output for, and for an output folder that is in use.
    """
    source = model or SHIPPED
    before = Understander.open(source)
    config = json.loads((source / "config.json").read_text("utf-8"))
    requests = read_added(added, config)
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ExtensionError(f"{output} is there already; name another folder for the model.")
    if output.resolve() == source.resolve():
        raise ExtensionError("A model is not extended in its own place; name another folder.")
    massive = _massive(data)
    with np.load(source / "linear.npz") as stored:
        arrays = dict(stored)
    output.parent.mkdir(parents=True, exist_ok=True)
    figures = {}
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as part:
        folder = Path(part) / "model"
        folder.mkdir()
        for name in ("encoder.onnx", "tables.npz"):
            shutil.copyfile(source / name, folder / name)
        for locale, own in requests.items():
            log.info("%d requests for %s", len(own), locale)
            old = _known(massive, locale, data, config)
            texts = {request.text for request in own}
            dev = [r for r in massive.requests(locale, "dev") if r.text not in texts]
            _extend_locale(folder, arrays, config, old + [_example(r) for r in own], dev)
            if dev:
                after = Understander.open(folder)
                figures[locale] = {"before": _accuracy(before, dev), "after": _accuracy(after, dev)}
                log.info("intents right on dev of %s: %s", locale, figures[locale])
        if output.exists():
            output.rmdir()
        folder.replace(output)
    return figures


def _extend_locale(
    folder: Path,
    arrays: dict[str, Any],
    config: dict[str, Any],
    examples: Sequence[Example],
    dev: Sequence[Request],
) -> None:
    """Put a locale's new readers into the arrays, and the model as it then is into the folder.

    The new votes for slots stay only where they mark no fewer dev requests right than the old ones:
    they depend on their training's chances more than those for intents.
    """
    locale, recipe = examples[0].locale, config["recipe"]
    intents = train_intents(
        examples, config["intents"], votes=recipe["votes"], cost=recipe["vote_cost"]
    )
    arrays |= {f"{locale}/{name}": array for name, array in intents.items()}
    _write(folder, arrays, config)
    if not dev:
        return
    config.setdefault("calibration", {})[locale] = _factors(Understander.open(folder), dev)
    _write(folder, arrays, config)
    slots = train_slots(examples, config["labels"], cost=recipe["slot_vote_cost"])
    right = slots_right(Understander.open(folder), {locale: dev})
    extended = arrays | {f"{locale}/slots/{name}": array for name, array in slots.items()}
    _write(folder, extended, config)
    found = slots_right(Understander.open(folder), {locale: dev})
    log.info("dev requests with their slots right: %d, with new votes %d", right, found)
    if found >= right:
        arrays |= extended
    _write(folder, arrays, config)


def read_added(path: Path, config: Mapping[str, Any]) -> dict[str, list[Request]]:
    """The requests of a file by locale. Raises ExtensionError as `extend` does."""
    lines: dict[str, list[bytes]] = defaultdict(list)
    try:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if line.strip():
                lines[_locale(line, f"{path}, line {number}")].append(line)
    except OSError as error:
        raise ExtensionError(f"{path} cannot be read ({error.strerror}); name another.") from error
    massive = Massive({name: b"\n".join(own) for name, own in lines.items()}, str(path))
    found = {}
    for locale in massive.locales:
        if locale not in config["locales"]:
            raise ExtensionError(
                f"{path} has requests of {locale}, which the model has not learned."
            )
        requests = [request for request in massive.requests(locale, "train") if request.tokens]
        for request in requests:
            if request.intent not in config["intents"]:
                raise ExtensionError(
                    f"{path} has the intent {request.intent!r}, which the model has no output for."
                )
            if unknown := set(request.labels) - set(config["labels"]):
                raise ExtensionError(
                    f"{path} has the slot {min(unknown)!r}, which the model has no output for."
                )
        if requests:
            found[locale] = requests
    if not found:
        raise ExtensionError(
            f"{path} holds no requests of the partition train; "
            "`eulalia learn labels` writes such a file."
        )
    return found


def _locale(line: bytes, place: str) -> str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExtensionError(f"{place} is not JSON ({error}).") from error
    if not isinstance(row, dict) or not isinstance(row.get("locale"), str):
        raise ExtensionError(f"{place} must be an object with a text 'locale', as MASSIVE's are.")
    locale: str = row["locale"]
    return locale


def _massive(data: Path) -> Massive:
    folder = data / "massive" if (data / "massive").is_dir() else data
    return Massive.open(next(iter(sorted(folder.glob("*.tar*"))), folder))


def _known(massive: Massive, locale: str, data: Path, config: Mapping[str, Any]) -> list[Example]:
    """What the locale's readers were trained on before."""
    requests = [request for request in massive.requests(locale, "train") if request.tokens]
    if not requests:
        raise ExtensionError(f"The data have no requests of {locale} to train on.")
    examples = [_example(request) for request in requests]
    declined = config.get("recipe", {}).get("out_of_scope", [])
    if locale == "en-US" and declined:
        for path in sorted((data / "nlu").glob("clinc150*"))[:1]:
            clinc = Clinc.open(path)
            examples += [
                Example.of(locale, OUT_OF_SCOPE, words, [OTHER] * len(words))
                for part in ("train", "oos_train")
                for request in clinc.requests(part)
                if request.intent in declined and (words := request.text.split())
            ]
    return examples


def _example(request: Request) -> Example:
    return Example.of(request.locale, request.intent, request.tokens, request.labels)


def _factors(model: Understander, dev: Sequence[Request]) -> tuple[float, float]:
    scores, votes = model.intent_scores([request.text for request in dev], dev[0].locale)
    return best_factors(
        scores, votes, np.array([model.intents.index(request.intent) for request in dev])
    )


def _accuracy(model: Understander, requests: Sequence[Request]) -> float:
    readings = model.understand_all([request.text for request in requests], requests[0].locale)
    right = [
        bool(found) and found[0].intent == request.intent
        for request, found in zip(requests, readings, strict=True)
    ]
    return sum(right) / len(right)


def _write(folder: Path, arrays: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    np.savez_compressed(folder / "linear.npz", allow_pickle=False, **arrays)
    text = json.dumps(config, ensure_ascii=False, indent=1) + "\n"
    (folder / "config.json").write_text(text, "utf-8")
