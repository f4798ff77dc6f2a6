"""Convert a translation checkpoint of the Marian, M2M or NLLB family for CTranslate2, in 8 bits.

    python -m eulalia.translation.training.conversion CHECKPOINT FOLDER

CHECKPOINT is a folder as transformers saves it, or, on a machine with a network, the name of one
on the Hugging Face hub.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from ctranslate2.converters.transformers import (  # type: ignore[import-untyped]
    M2M100Loader,
    TransformersConverter,
    register_loader,
)
from transformers import AutoConfig, AutoTokenizer
from transformers.utils.hub import cached_file

from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION

# NLLB's codes of languages are ISO 639-3 with a script; these are what others call by two letters.
_NLLB = {
    "af": "afr_Latn", "am": "amh_Ethi", "ar": "arb_Arab", "az": "azj_Latn", "bg": "bul_Cyrl",
    "bn": "ben_Beng", "ca": "cat_Latn", "cs": "ces_Latn", "cy": "cym_Latn", "da": "dan_Latn",
    "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn", "et": "est_Latn",
    "eu": "eus_Latn", "fa": "pes_Arab", "fi": "fin_Latn", "fr": "fra_Latn", "gl": "glg_Latn",
    "he": "heb_Hebr", "hi": "hin_Deva", "hr": "hrv_Latn", "hu": "hun_Latn", "hy": "hye_Armn",
    "id": "ind_Latn", "is": "isl_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "jv": "jav_Latn",
    "ka": "kat_Geor", "km": "khm_Khmr", "kn": "kan_Knda", "ko": "kor_Hang", "lt": "lit_Latn",
    "lv": "lvs_Latn", "ml": "mal_Mlym", "mn": "khk_Cyrl", "ms": "zsm_Latn", "my": "mya_Mymr",
    "nb": "nob_Latn", "nl": "nld_Latn", "pl": "pol_Latn", "pt": "por_Latn", "ro": "ron_Latn",
    "ru": "rus_Cyrl", "sk": "slk_Latn", "sl": "slv_Latn", "sq": "als_Latn", "sv": "swe_Latn",
    "sw": "swh_Latn", "ta": "tam_Taml", "te": "tel_Telu", "th": "tha_Thai", "tl": "tgl_Latn",
    "tr": "tur_Latn", "uk": "ukr_Cyrl", "ur": "urd_Arab", "uz": "uzn_Latn", "vi": "vie_Latn",
    "zh": "zho_Hans", "zh-TW": "zho_Hant",
}  # fmt: skip
_MARIAN = {"cmn_Hans": "zh", "zho_Hans": "zh", "cmn": "zh", "zho": "zh", "spa": "es", "eng": "en"}
"""How some checkpoints call languages of two letters."""
_PIECES = ("source.spm", "target.spm", "sentencepiece.bpe.model", "spm.model")
Prefixes = dict[str, list[str]]


def convert(checkpoint: str, folder: Path) -> None:
    """Write a checkpoint's converted form to a folder, whole or not at all.

    Raises TranslationError for what is no such checkpoint.
    """
    part = folder.with_name(f".{uuid4().hex}")
    try:
        config = AutoConfig.from_pretrained(checkpoint)
        tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint)
        family, source, target = _family(config.model_type, tokenizer, config.vocab_size)
        folder.parent.mkdir(parents=True, exist_ok=True)
        TransformersConverter(checkpoint).convert(str(part), quantization="int8")
        found = _copied_pieces(checkpoint, part)
        if not found:
            raise TranslationError(f"{checkpoint} has no SentencePiece model.")
        about = {
            "family": family,
            "positions": config.max_position_embeddings,
            "source_pieces": found[0],
            "target_pieces": found[1] if family == "marian" and len(found) > 1 else found[0],
            "source_prefixes": source,
            "target_prefixes": target,
        }
        (part / DESCRIPTION).write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except (OSError, ValueError, KeyError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise TranslationError(
            f"{checkpoint} is no checkpoint for translation ({reason})."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copied_pieces(checkpoint: str, folder: Path) -> list[str]:
    """The names of a checkpoint's SentencePiece models, which are copied into a folder."""
    # Tokenizers of transformers 5 write them no more, but checkpoints have them.
    found = []
    for name in _PIECES:
        path = cached_file(checkpoint, name, _raise_exceptions_for_missing_entries=False)
        if path is not None:
            shutil.copyfile(path, folder / name)
            found.append(name)
    return found


def _family(model_type: str, tokenizer: Any, size: int) -> tuple[str, Prefixes, Prefixes]:
    """What a checkpoint is, and the pieces that it wants before its source and target."""
    if model_type == "marian":
        # A model of several target languages is told which by a piece before the source.
        told = {
            f"*-{_MARIAN.get(piece[2:-2], piece[2:-2])}": [piece]
            for piece in sorted(tokenizer.get_vocab(), reverse=True)
            if piece.startswith(">>") and piece.endswith("<<")
        }
        return "marian", {"*-*": [], **told}, {"*-*": []}
    if model_type != "m2m_100":
        raise ValueError(f"it is of the family {model_type}")
    pieces = set(_pieces(tokenizer, size))
    if "eng_Latn" in pieces:
        codes = {code: piece for code, piece in _NLLB.items() if piece in pieces}
        return "nllb", *_by_language(codes)
    codes = {
        piece.strip("_"): piece
        for piece in pieces
        if piece.startswith("__") and piece.endswith("__")
    }
    return "m2m", *_by_language(codes)


def _pieces(tokenizer: Any, size: int) -> list[str]:
    """What each number of a model of the M2M or NLLB family stands for, made up where it is none.

    Tokenizers of transformers 5 do not count the languages among their vocabulary.
    """
    known: list[str] = tokenizer.convert_ids_to_tokens(list(range(size)))
    return [
        piece if piece != tokenizer.unk_token or number == tokenizer.unk_token_id else f"⟨{number}⟩"
        for number, piece in enumerate(known)
    ]


@register_loader("M2M100Config")
class _M2MLoader(M2M100Loader):  # type: ignore[misc]
    """As CTranslate2 reads these checkpoints, with all of their vocabulary."""

    def get_vocabulary(self, model: Any, tokenizer: Any) -> list[str]:
        return _pieces(tokenizer, model.config.vocab_size)


def _by_language(codes: dict[str, str]) -> tuple[Prefixes, Prefixes]:
    """The pieces before a source and before a target, each by its own language."""
    return (
        {f"{code}-*": [piece] for code, piece in codes.items()},
        {f"*-{code}": [piece] for code, piece in codes.items()},
    )


def main(arguments: list[str]) -> int:
    """Convert; the last line of what is written to stderr says why it failed, if it did."""
    if len(arguments) != 2:
        sys.stderr.write("Name a checkpoint and the folder to write.\n")
        return 2
    try:
        convert(arguments[0], Path(arguments[1]))
    except TranslationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
