"""Annotated requests in another language, each slot around what its value has become.

Three ways are tried in turn. A slot's bounds are tags that the model carries along, so that the
value is translated where it stands. Else the value is translated alone and looked for in the
translation of the whole. Else it is put in for a mask. The last way always keeps all slots.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eulalia.translation.engine import Engine
from eulalia.translation.masking import Masked, has_words
from eulalia.translation.model import MASKS
from eulalia.translation.protection import (
    MASK,
    Protected,
    is_intact,
    pieces,
    protect,
    without_new_markup,
)
from eulalia.translation.requests.annotated import AnnotatedRequest, Part

WAYS = ("tags", "found", "put in")
_SHORTEST = 2
"""Letters that a value must have to be looked for; one alone is found anywhere."""
_UNSPACED = ("zh", "ja")
_END = re.compile(r"[\s.。!！?？,，]+$")


@dataclass(frozen=True)
class TranslatedRequest:
    """A request in the other language."""

    request: AnnotatedRequest
    way: str
    """One of WAYS."""


def translate_requests(
    requests: Sequence[AnnotatedRequest], engine: Engine
) -> list[TranslatedRequest]:
    """The requests in the engine's target language, each with the slots that it had.

    Open the engine with the tag `model.TALK`: requests are everyday sentences.
    """
    requests = [_without_masks(request) for request in requests]
    done: dict[AnnotatedRequest, TranslatedRequest] = {}
    left = list(dict.fromkeys(requests))
    for way, translate in zip(WAYS, (_with_tags, _found, _put_in), strict=True):
        for request, made in zip(left, translate(left, engine), strict=True):
            if made is not None and _keeps(made, request):
                done[request] = TranslatedRequest(made, way)
        left = [request for request in left if request not in done]
    # What even the model's own words would break stays as it was.
    done |= {request: TranslatedRequest(request, WAYS[-1]) for request in left}
    return [done[request] for request in requests]


def _without_masks(request: AnnotatedRequest) -> AnnotatedRequest:
    """The request without letters that stand for masks here."""
    parts = (Part(re.sub("[⟦⟧]", "", part.text) or " ", part.slot) for part in request.parts)
    return AnnotatedRequest.of(parts)


def _keeps(made: AnnotatedRequest, request: AnnotatedRequest) -> bool:
    """Whether a translation has the request's slots, each with a value."""
    names = [sorted(part.slot for part in each.slots) for each in (made, request)]
    brackets = set("[]") & set("".join(part.text for part in made.parts))
    blank = any(not part.text.strip(" .,。，、") for part in made.slots)
    return names[0] == names[1] and not brackets and not blank


def _with_tags(
    requests: Sequence[AnnotatedRequest], engine: Engine
) -> list[AnnotatedRequest | None]:
    """Requests translated with masks for the bounds of their slots, where these came back."""
    tagged = [_tagged(request) for request in requests]
    protected = [protect(each) for each in tagged]
    texts = [each.text if len(each.spans) <= MASKS else "" for each in protected]
    made: list[AnnotatedRequest | None] = []
    for request, whole, text in zip(
        requests, protected, engine.model.translate(texts), strict=True
    ):
        clean = _clean(text, whole.text)
        intact = is_intact(clean, whole) and has_words(clean)
        made.append(_untagged(clean, whole, request) if intact else None)
    return made


def _tagged(request: AnnotatedRequest) -> Masked:
    """A request with two masks around each slot."""
    text = ""
    spans: list[str] = []
    for part in request.parts:
        if part.slot:
            text += f"⟦{len(spans)}⟧{part.text}⟦{len(spans) + 1}⟧"
            spans += [f"<s{len(spans) // 2}>", f"</s{len(spans) // 2}>"]
        else:
            text += part.text
    return Masked(text, tuple(spans))


def _untagged(text: str, whole: Protected, request: AnnotatedRequest) -> AnnotatedRequest:
    """The request of a text with two masks around each slot."""
    bounds = {f"<s{number}>": part.slot for number, part in enumerate(request.slots)}
    bounds |= {f"</s{number}>": "" for number in range(len(request.slots))}
    parts = []
    name = ""
    for piece in pieces(text):
        mask = MASK.fullmatch(piece)
        span = whole.spans[int(mask[1])] if mask else piece
        if mask and span in bounds:
            name = bounds[span]
        else:
            parts.append(Part(span, name))
    return AnnotatedRequest.of(parts)


def _found(requests: Sequence[AnnotatedRequest], engine: Engine) -> list[AnnotatedRequest | None]:
    """Requests translated without their slots' bounds, where each value's translation stands."""
    texts = engine.translate([request.text for request in requests])
    values = _values(requests, engine)
    return [
        _located(_END.sub("", text), [(part.slot, values[part.text]) for part in request.slots])
        for request, text in zip(requests, texts, strict=True)
    ]


def _located(text: str, slots: list[tuple[str, str]]) -> AnnotatedRequest | None:
    """A text with slots around values that stand in it once each, and apart."""
    places = []
    for name, value in slots:
        found = [each.span() for each in re.finditer(re.escape(value), text, re.IGNORECASE)]
        if len(value) < _SHORTEST or len(found) != 1:
            return None
        places.append((*found[0], name))
    parts, end = [], 0
    for start, stop, name in sorted(places):
        if start < end:
            return None
        parts += [Part(text[end:start]), Part(text[start:stop], name)]
        end = stop
    return AnnotatedRequest.of([*parts, Part(text[end:])])


def _put_in(requests: Sequence[AnnotatedRequest], engine: Engine) -> list[AnnotatedRequest | None]:
    """Requests translated with a mask for each value, whose translation is put in."""
    values = _values(requests, engine)
    masked = []
    for request in requests:
        numbers = iter(range(len(request.slots)))
        text = "".join(f"⟦{next(numbers)}⟧" if p.slot else p.text for p in request.parts)
        masked.append(Masked(text, tuple(part.text for part in request.slots)))
    texts = engine.translate_masked(masked)
    spaced = engine.model.target_language.split("-")[0] not in _UNSPACED
    made: list[AnnotatedRequest | None] = []
    for request, text in zip(requests, texts, strict=True):
        parts = []
        for piece in pieces(_END.sub("", text)):
            mask = MASK.fullmatch(piece)
            slot = request.slots[int(mask[1])] if mask else None
            parts.append(Part(values[slot.text], slot.slot) if slot else Part(piece))
        made.append(AnnotatedRequest.of(_spaced(parts) if spaced else parts))
    return made


def _spaced(parts: list[Part]) -> list[Part]:
    """Parts with a space between a slot and the word beside it."""
    made: list[Part] = []
    for part in parts:
        if made and part.text and made[-1].text[-1:].isalnum() and part.text[0].isalnum():
            made.append(Part(" "))
        made.append(part)
    return made


def _values(requests: Sequence[AnnotatedRequest], engine: Engine) -> dict[str, str]:
    """The translation of each value alone; the value itself where that comes to nothing."""
    values = list(dict.fromkeys(part.text for each in requests for part in each.slots))
    made = (
        _clean(text, value) for value, text in zip(values, engine.translate(values), strict=True)
    )
    return {value: text or value for value, text in zip(values, made, strict=True)}


def _clean(text: str, source: str) -> str:
    """A translation without new markup, and without a full stop that its source has not."""
    clean = without_new_markup(text, source).strip()
    return clean if _END.search(source) else _END.sub("", clean)
