"""Understanding beside its peers: how much is understood, and how fast.

    python benchmarks/nlu.py --data DIR [--partition dev] [--locales de-DE,ja-JP] [--limit 500]

Per locale, on MASSIVE: the shipped model, and TF-IDF with a linear SVM trained on that locale (for
intents alone). For speed, in the same run, on the same requests and one processor core: the shipped
model, text to interpretation, and XLM-R base, text to scores, as 8-bit ONNX with random weights,
which takes as long as with trained ones; one request at a time, and in batches. Times are those
that the processor spent, so that other programs do not count. Figures of other models are those
that their authors published. Writes benchmarks/results/nlu.json.
"""

from __future__ import annotations

import os

# Before NumPy and its like are imported: every library here is to use one thread.
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import gc
import platform
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from rich.console import Console
from rich.progress import track
from rich.table import Table
from tokenizers import Tokenizer

from eulalia.cli.evaluate_nlu import Evaluation, evaluate, summarize
from eulalia.cli.files import write_json
from eulalia.datasets import Massive, Request, evenly_spaced
from eulalia.errors import EulaliaError
from eulalia.nlu import Understander

RESULTS = Path(__file__).parent / "results" / "nlu.json"

PUBLISHED = {
    "XLM-R base (270M)": {"intent_accuracy": 0.851, "slot_f1": 0.736, "exact_match": 0.637},
    "mT5 base text-to-text (580M)": {
        "intent_accuracy": 0.853,
        "slot_f1": 0.768,
        "exact_match": 0.666,
    },
    "mT5 base encoder (258M)": {"intent_accuracy": 0.861, "slot_f1": 0.754, "exact_match": 0.659},
}
"""FitzGerald et al. 2022: averages over all locales of the test partition."""

CONSOLE = Console(stderr=True)


def main() -> None:
    """Run what was asked for and write what came out."""
    options = read_options()
    massive = Massive.open(options.data)
    locales = options.locales.split(",") if options.locales else list(massive.locales)
    report: dict[str, Any] = {
        "partition": options.partition,
        "limit": options.limit,
        "machine": machine(),
        "published": PUBLISHED,
    }
    if "tfidf" in options.parts:
        report["tfidf_svm"] = tfidf_svm(massive, locales, options.partition, options.limit)
    if "model" in options.parts:
        report["eulalia"] = understanding(massive, locales, options)
    if "speed" in options.parts:
        report["speed"] = speed(massive, locales, options)
    show(report)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.json, report)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="MASSIVE's archive or folder")
    parser.add_argument("--partition", default="dev")
    parser.add_argument("--locales", help="only these, separated by commas")
    parser.add_argument("--limit", type=int, help="requests to evaluate per locale")
    parser.add_argument("--model", type=Path, help="another than the shipped model")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument(
        "--parts",
        nargs="+",
        choices=["tfidf", "model", "speed"],
        default=["tfidf", "model", "speed"],
    )
    parser.add_argument("--requests", type=int, default=2000, help="requests to time")
    parser.add_argument("--runs", type=int, default=100, help="requests to time XLM-R on")
    return parser.parse_args()


def requests_of(
    massive: Massive, locale: str, partition: str, limit: int | None = None
) -> list[Request]:
    requests = massive.requests(locale, partition)
    if not requests:
        raise EulaliaError(f"{locale} has no requests in the partition {partition!r}.")
    return evenly_spaced(requests, limit)


# How much is understood


def tfidf_svm(
    massive: Massive, locales: Sequence[str], partition: str, limit: int | None
) -> dict[str, Any]:
    """Intent accuracy of words, word pairs and character n-grams with a linear SVM, by locale."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    accuracies = {}
    for locale in track(locales, "TF-IDF + SVM", console=CONSOLE, transient=True):
        train = requests_of(massive, locale, "train")
        held_out = requests_of(massive, locale, partition, limit)
        classifier = make_pipeline(
            make_union(
                TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
            ),
            LinearSVC(random_state=0),
        )
        classifier.fit([request.text for request in train], [request.intent for request in train])
        predicted = classifier.predict([request.text for request in held_out])
        accuracies[locale] = float(np.mean(predicted == [request.intent for request in held_out]))
    return {
        "locales": {locale: {"intent_accuracy": value} for locale, value in accuracies.items()},
        "average": {"intent_accuracy": statistics.fmean(accuracies.values())},
    }


def understanding(
    massive: Massive, locales: Sequence[str], options: argparse.Namespace
) -> dict[str, Any]:
    """MASSIVE's figures of the shipped model."""
    understander = Understander.open(options.model)
    results: dict[str, Evaluation] = {}
    for locale in track(locales, "Eulalia", console=CONSOLE, transient=True):
        requests = requests_of(massive, locale, options.partition, options.limit)
        results[locale] = evaluate(understander, requests)
    return summarize(results)


# How fast


def speed(massive: Massive, locales: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    """Seconds per request of our model and of XLM-R base, each on one core."""
    # Equal shares of all locales, in turn, so that no locale's words stay in the caches.
    share = max(1, options.requests // len(locales))
    singles = interleaved(
        [requests_of(massive, locale, options.partition, share) for locale in locales]
    )
    # Our batches are of one locale and of one length each: fewer locales, with more requests each.
    few = evenly_spaced(locales, 8)
    share = max(1, options.requests // len(few))
    many = interleaved([requests_of(massive, locale, options.partition, share) for locale in few])

    understander = Understander.open(options.model)
    tokenizer = xlmr_tokenizer(massive)
    session = one_thread(xlmr_file())

    def ours(request: Request) -> object:
        return understander.understand(request.text, request.locale)

    def theirs(request: Request) -> object:
        return run_xlmr(session, tokenizer, [request.text])

    with one_core():
        one: dict[str, Any] = {
            "eulalia": timed(ours, singles),
            "xlmr_base_int8": timed(theirs, evenly_spaced(singles, options.runs)),
        }
        batches: dict[str, Any] = {
            "eulalia": time_batches(understander, many),
            "xlmr_base_int8": time_xlmr_batches(
                session, tokenizer, evenly_spaced(many, 4 * options.runs)
            ),
        }
    for figures, unit in ((one, "median"), (one, "mean"), (batches, "mean")):
        figures[f"{unit}_ratio"] = figures["xlmr_base_int8"][unit] / figures["eulalia"][unit]
    subwords = [len(tokenizer.encode(request.text).ids) for request in singles]
    return {
        "requests": len(singles),
        "subwords": statistics.fmean(subwords),
        "one_at_a_time": one,
        "batches": batches,
    }


def interleaved(groups: Sequence[Sequence[Request]]) -> list[Request]:
    """The first of each group, then the second of each, and so on."""
    return [request for turn in zip(*groups, strict=False) for request in turn]


def timed(call: Callable[[Request], object], requests: Sequence[Request]) -> dict[str, float]:
    """Median, 95th percentile and mean of seconds per request, after some to warm up."""
    # These are not timed: words that a model keeps at hand are to be as frequent as in real life.
    warm, requests = requests[: len(requests) // 10], requests[len(requests) // 10 :]
    for request in warm:
        call(request)
    seconds = []
    # Without a progress bar, which would be timed as well.
    for request in requests:
        start = time.thread_time()
        call(request)
        seconds.append(time.thread_time() - start)
    return {
        "median": statistics.median(seconds),
        "p95": float(np.percentile(seconds, 95)),
        "mean": statistics.fmean(seconds),
    }


def time_batches(understander: Understander, requests: Sequence[Request]) -> dict[str, float]:
    """Our mean seconds per request, all requests of a locale at once."""
    by_locale: dict[str, list[str]] = {}
    for request in requests:
        by_locale.setdefault(request.locale, []).append(request.text)
    for locale, texts in by_locale.items():
        understander.understand_all(texts[:1], locale)
    start = time.thread_time()
    for locale, texts in by_locale.items():
        understander.understand_all(texts, locale)
    return {"mean": (time.thread_time() - start) / len(requests)}


def time_xlmr_batches(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, requests: Sequence[Request]
) -> dict[str, float]:
    """XLM-R's mean seconds per request with the best batch size, and which that is."""
    # Sorted by length, so that little is padded.
    texts = sorted((request.text for request in requests), key=len)
    results = {}
    for size in (2, 4, 8, 16, 32, 64):
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        run_xlmr(session, tokenizer, batches[0])
        start = time.thread_time()
        for batch in batches:
            run_xlmr(session, tokenizer, batch)
        results[size] = (time.thread_time() - start) / len(texts)
    best = min(results, key=results.__getitem__)
    return {"mean": results[best], "size": best}


def run_xlmr(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: Sequence[str]
) -> object:
    encoded = tokenizer.encode_batch(texts)
    tokens = np.array([text.ids for text in encoded])
    mask = np.array([text.attention_mask for text in encoded])
    return session.run(None, {"tokens": tokens, "mask": mask})


def one_thread(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def xlmr_tokenizer(massive: Massive) -> Tokenizer:
    """A tokenizer of the kind of XLM-R's (Kudo 2018), kept like the exported network.

    It is trained on MASSIVE itself, whose words it therefore cuts into fewer pieces.
    """
    from tokenizers import models, normalizers, pre_tokenizers, processors, trainers

    path = Path(tempfile.gettempdir()) / "eulalia-xlmr-tokenizer.json"
    if path.is_file():
        return Tokenizer.from_file(str(path))
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=250_002, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    with CONSOLE.status("Training a tokenizer for XLM-R"):
        texts = (
            request.text
            for locale in massive.locales
            for request in evenly_spaced(massive.requests(locale, "train"), 4000)
        )
        tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.save(str(path))
    return tokenizer


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one processor core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def xlmr_file() -> Path:
    """The exported XLM-R base, kept in the system's folder for temporary files."""
    path = Path(tempfile.gettempdir()) / "eulalia-xlmr-base-int8.onnx"
    if not path.is_file():
        with CONSOLE.status("Building XLM-R base"), tempfile.TemporaryDirectory() as scratch:
            shutil.move(export_xlmr(Path(scratch)), path)
    return path


def export_xlmr(
    folder: Path,
    *,
    layers: int = 12,
    width: int = 768,
    heads: int = 12,
    inner: int = 3072,
    vocabulary: int = 250_002,
) -> Path:
    """XLM-R base with a head for 60 intents and one for 56 labels, as 8-bit ONNX.

    Its weights are random; its shape is that of Conneau et al. 2020. Needs about 5 GB of memory.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    config._attn_implementation = "eager"

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = XLMRobertaModel(config, add_pooling_layer=False)
            self.intent = torch.nn.Linear(width, 60)
            self.slots = torch.nn.Linear(width, 56)

        def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
            return self.intent(hidden[:, 0]), self.slots(hidden)

    torch.manual_seed(0)
    network = Network().eval()
    full, small = folder / "full.onnx", folder / "small.onnx"
    example = torch.full((1, 8), 5, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        # The tracer warns of every Python number that it takes for a constant.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example, torch.ones_like(example)),
            str(full),
            input_names=["tokens", "mask"],
            output_names=["intent", "slots"],
            dynamic_axes={"tokens": axes, "mask": axes, "slots": axes, "intent": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    del network
    gc.collect()
    quantize_dynamic(full, small, weight_type=QuantType.QInt8)
    full.unlink()
    return small


# What came out


def machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures as tables."""
    table = Table(box=None)
    for heading in ("", "intent", "slot F1", "exact match"):
        table.add_column(heading, justify="right" if heading else "left")
    figures = ("intent_accuracy", "slot_f1", "exact_match")
    rows = {
        "TF-IDF + linear SVM": report.get("tfidf_svm", {}).get("average"),
        "Eulalia": report.get("eulalia", {}).get("average"),
        **{f"{name}, published, test": row for name, row in PUBLISHED.items()},
    }
    for name, row in rows.items():
        if row:
            cells = [f"{row[figure]:.3f}" if figure in row else "–" for figure in figures]
            table.add_row(name, *cells)
    console = Console()
    console.print(table)
    if timing := report.get("speed"):
        one, batches = timing["one_at_a_time"], timing["batches"]
        ours, theirs = one["eulalia"], one["xlmr_base_int8"]
        console.print(
            f"One core, milliseconds per request, one at a time (median, 95 %): Eulalia "
            f"{1e3 * ours['median']:.2f}, {1e3 * ours['p95']:.2f}; XLM-R base int8 "
            f"{1e3 * theirs['median']:.1f}, {1e3 * theirs['p95']:.1f}: "
            f"{one['mean_ratio']:.0f} times the throughput."
        )
        ours, theirs = batches["eulalia"], batches["xlmr_base_int8"]
        console.print(
            f"In batches (mean): Eulalia {1e3 * ours['mean']:.2f}; XLM-R base int8, "
            f"{theirs['size']} at once, {1e3 * theirs['mean']:.1f}: "
            f"{batches['mean_ratio']:.0f} times the throughput."
        )


if __name__ == "__main__":
    try:
        main()
    except EulaliaError as error:
        sys.exit(str(error))
