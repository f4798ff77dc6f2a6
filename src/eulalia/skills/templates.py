"""A skill that a file of sentence templates declares.

The templates are hassil's, as Home Assistant uses them: `[optional]`, `(one|or another)`,
`(in;any order)`, `{list}`, `{list:slot}`, `<rule>`. From one file come the skill's meanings, the
grammar that the recogniser may be held to, examples to learn from, and words to favour.
docs/SKILLS.md describes the file.
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import hassil
import yaml
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import (
    IntentData,
    Intents,
    RangeSlotList,
    SlotList,
    TextSlotList,
    TextSlotValue,
    WildcardSlotList,
)
from hassil.numbers import get_rbnf_engine
from hassil.recognize import RecognizeResult
from hassil.util import remove_punctuation

from eulalia.skills.skill import Reply, Request, SkillError
from eulalia.text import CHARACTER_LOCALES, Grammar
from eulalia.turn import Interpretation, Slot

_TOP_KEYS = {
    "expansion_rules", "intents", "language", "lists", "settings", "skip_words",
}  # fmt: skip
_INTENT_KEYS = {"answer", "data"}
_CHARACTER_LANGUAGES = {locale.split("-")[0] for locale in CHARACTER_LOCALES}
_BOUNDARY = "▁"
"""Stands between words while templates, whose pieces may be parts of words, are put together."""
_LARGEST_FILE = 5_000_000
_LARGEST_RANGE = 10_000
_LONGEST_TEXT = 1_000


@dataclass(frozen=True, eq=False)
class TemplateSkill:
    """A skill declared by sentence templates.

    >>> skill = TemplateSkill.load("examples/coffee.yaml")  # doctest: +SKIP
    >>> skill.match("a large latte please").slot("size").value  # doctest: +SKIP
    'large'
    """

    name: str
    language: str
    """Of the templates and the answers: en, de, zh …"""
    _templates: Intents
    _answers: Mapping[str, str]

    @classmethod
    def load(
        cls, path: str | Path, *, lists: Mapping[str, Sequence[str]] | None = None
    ) -> TemplateSkill:
        """The skill of a YAML file; its name is the file's.

        `lists` gives the values of lists that only the house knows, such as the names of rooms.
        Raises SkillError, which names the file and the place, for a file that cannot be used.
        """
        path = Path(path).expanduser()
        content = _read(path)
        for name, values in (lists or {}).items():
            content.setdefault("lists", {})[name] = {"values": list(values)}
        templates = _parse(path, content)
        answers = {
            name: str(intent["answer"])
            for name, intent in content["intents"].items()
            if "answer" in intent
        }
        skill = cls(path.stem, str(content["language"]), templates, answers)
        skill._check_answers(path)
        return skill

    @property
    def intents(self) -> frozenset[str]:
        return frozenset(self._templates.intents)

    def match(self, text: str) -> Interpretation | None:
        """What the text means by these templates, or None when it fits none of them.

        A slot's value is the list's value: what is said, or the `out` of an entry that has one.
        Of several readings the one with the fewest open slots and the most literal text wins.
        """
        if not text.strip() or len(text) > _LONGEST_TEXT:
            return None
        results = itertools.islice(hassil.recognize_all(text, self._templates), 100)
        best = max(results, key=_literalness, default=None)
        if best is None:
            return None
        slots = tuple(_slots(best, text))
        return Interpretation(text, self.name, best.intent.name, slots, 1.0, self.name)

    def handle(self, request: Request) -> Reply:
        """Say the intent's answer, with the slots filled in."""
        slots = _slot_texts(request.interpretation)
        answer = self._answers.get(request.interpretation.intent)
        text = _fill(answer, slots) if answer else request.answers.say("Done.")
        return Reply(text, notes={"slots": slots})

    @cached_property
    def grammar(self) -> Grammar:
        """Every sentence of the templates, in lower case and without punctuation.

        Numbers are spelled out where their range allows it. Sentences with a wildcard are left
        out, since it stands for any words at all; so are words with a sign that nobody can say.
        """
        return Grammar.union(
            *(
                _words_of_pieces(compiler.pieces(sentence.expression))
                for _, block, compiler in self._blocks()
                for sentence in block.sentences
            )
        ).minimal()

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """All words of the grammar: what a recogniser should favour."""
        return self.grammar.words

    def examples(self, count: int, rng: random.Random) -> list[Interpretation]:
        """Annotated utterances drawn from the templates, each template with equal chance.

        Sentences with a wildcard are left out. There are fewer than `count` only when every
        sentence has one.
        """
        templates = [
            (intent, sentence.expression, compiler)
            for intent, block, compiler in self._blocks()
            for sentence in block.sentences
            if not compiler.has_wildcard(sentence.expression)
        ]
        if not templates:
            return []
        examples = []
        for _ in range(count):
            intent, expression, compiler = rng.choice(templates)
            text, slots = _annotate(compiler.draw(expression, rng))
            examples.append(Interpretation(text, self.name, intent, slots, 1.0, self.name))
        return examples

    def _blocks(self) -> Iterator[tuple[str, IntentData, _Compiler]]:
        """Each block of templates: its intent, its sentences, and what can compile them."""
        shared = _Compiler(
            self.language, self._templates.slot_lists, self._templates.expansion_rules
        )
        for name, intent in self._templates.intents.items():
            for block in intent.data:
                yield name, block, shared.within(block)

    def _check_answers(self, path: Path) -> None:
        for intent, answer in self._answers.items():
            slots = {
                reference.slot_name
                for name, block, compiler in self._blocks()
                if name == intent
                for sentence in block.sentences
                for reference in compiler.references(sentence.expression)
            } | {key for block in self._templates.intents[intent].data for key in block.slots}
            for slot in re.findall(r"{(.*?)}", answer):
                if slot not in slots:
                    raise SkillError(
                        f"{path}: the answer of intent {intent} names a slot {{{slot}}} that no "
                        "sentence of that intent fills."
                    )


# Reading the file


def _read(path: Path) -> dict[str, Any]:
    """The file's content, with the keys that a skill needs in the shape that they need."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SkillError(f"{path} is larger than 5 MB, too large for a file of templates.")
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SkillError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SkillError(f"{path} is not UTF-8 text, as a file of templates must be.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SkillError(f"{path}{place}: this is not YAML ({error.problem}).") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SkillError(f"{path} is not YAML that can be read.") from error
    _require(isinstance(content, dict), path, "it", "must be a mapping with language and intents")
    _known_keys(path, "it", content, _TOP_KEYS)
    _require(isinstance(content.get("language"), str), path, "it", "must name its language, en say")
    intents = content.get("intents")
    _require(
        isinstance(intents, dict) and bool(intents), path, "intents", "must map names to intents"
    )
    for name, intent in intents.items():
        where = f"intent {name}"
        # YAML reads on, off, yes and no as truth values.
        _require(isinstance(name, str), path, where, "needs a text as its name; quote it")
        _require(isinstance(intent, dict), path, where, "must be a mapping with the key data")
        _known_keys(path, where, intent, _INTENT_KEYS)
        _require(
            isinstance(intent.get("answer", ""), str), path, where, "must have a text as answer"
        )
        _require_list(path, where, intent.get("data"), dict, "data must be a list of mappings")
        for number, block in enumerate(intent["data"], 1):
            _require_list(
                path, f"{where}, block {number}", block.get("sentences"), str,
                "sentences must be a list of texts",
            )  # fmt: skip
    for key in ("lists", "expansion_rules"):
        value = content.setdefault(key, {})
        _require(isinstance(value, dict), path, key, "must be a mapping of names")
    for name, rule in content["expansion_rules"].items():
        _require(isinstance(rule, str), path, f"rule <{name}>", "must be a text")
    return dict(content)


def _require(condition: bool, path: Path, where: str, what: str) -> None:
    if not condition:
        raise SkillError(f"{path}: {where} {what}.")


def _require_list(path: Path, where: str, value: Any, kind: type, what: str) -> None:
    fits = isinstance(value, list) and value and all(isinstance(item, kind) for item in value)
    _require(bool(fits), path, f"{where}:", what)


def _known_keys(path: Path, where: str, mapping: Mapping[str, Any], known: set[str]) -> None:
    for key in mapping:
        _require(
            key in known, path, where, f"has an unknown key {key!r}; known are {_listed(known)}"
        )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _parse(path: Path, content: dict[str, Any]) -> Intents:
    """The templates as hassil reads them, every reference in them checked."""
    for name, values in content["lists"].items():
        _parse_part(path, f"list {{{name}}}", {"lists": {name: values}})
    for name, rule in content["expansion_rules"].items():
        _parse_part(path, f"rule <{name}>", {"expansion_rules": {name: rule}})
    for name, intent in content["intents"].items():
        for number, sentence in _numbered_sentences(intent):
            _parse_part(
                path, f"intent {name}, sentence {number} ({sentence!r})",
                {"intents": {name: {"data": [{"sentences": [sentence]}]}}},
            )  # fmt: skip
    templates = _parse_part(path, "it", content)
    shared = _Compiler(templates.language, templates.slot_lists, templates.expansion_rules)
    for name, rule in templates.expansion_rules.items():
        if problem := shared.problem(rule.expression, (name,)):
            raise SkillError(f"{path}: rule <{name}> {problem}.")
    for intent in templates.intents.values():
        for block in intent.data:
            compiler = shared.within(block)
            for template in block.sentences:
                if problem := compiler.problem(template.expression):
                    place = f"intent {intent.name}, sentence {template.text!r}"
                    raise SkillError(f"{path}: {place} {problem}.")
    return templates


def _numbered_sentences(intent: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    return enumerate((text for block in intent["data"] for text in block["sentences"]), 1)


def _parse_part(path: Path, where: str, part: Mapping[str, Any]) -> Intents:
    """Let hassil read a part of the file, so that its complaints can be given a place."""
    try:
        templates = Intents.from_dict({"language": "en", "intents": {}, **part})
        for intent in templates.intents.values():
            for block in intent.data:
                _ = block.sentences
    except RecursionError as error:
        raise SkillError(f"{path}: {where} nests brackets too deep.") from error
    except Exception as error:
        # hassil reports a broken template by whatever went wrong inside it: AssertionError,
        # KeyError, TypeError, ParseError … all of them mean the same to who wrote the file.
        raise SkillError(f"{path}: {where} is not a template that can be read.") from error
    return templates


# From templates to grammars and examples


@dataclass(frozen=True)
class _Compiler:
    """Lists and rules, and what templates that refer to them become."""

    language: str
    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]

    def within(self, block: IntentData) -> _Compiler:
        """This compiler with the lists and rules of one block of templates over its own."""
        if not block.slot_lists and not block.expansion_rules:
            return self
        return _Compiler(
            self.language,
            {**self.lists, **block.slot_lists},
            {**self.rules, **block.expansion_rules},
        )

    def parts(self, expression: Expression) -> list[Expression]:
        """What an expression is directly made of; a rule of its body, a list of its values."""
        match expression:
            case Group():
                return list(expression.items)
            case RuleReference():
                return [self.rules[expression.rule_name].expression]
            case ListReference():
                values = self.list_of(expression)
                return (
                    [v.text_in for v in values.values] if isinstance(values, TextSlotList) else []
                )
        return []

    def list_of(self, reference: ListReference) -> SlotList:
        """The list that is referred to, by name or as a range in place: {0..100:volume}."""
        if bounds := reference.get_inline_range():
            start, stop, step = bounds
            return RangeSlotList(reference.slot_name, start, stop, step)
        return self.lists[reference.list_name]

    def problem(self, expression: Expression, open_rules: tuple[str, ...] = ()) -> str | None:
        """What is wrong with the references below an expression, as the end of a sentence."""
        if isinstance(expression, RuleReference):
            name = expression.rule_name
            if name not in self.rules:
                return f"uses a rule <{name}> that is not there"
            if name in open_rules:
                circle = " → ".join(f"<{rule}>" for rule in (*open_rules, name))
                return f"refers to itself ({circle})"
            open_rules = (*open_rules, name)
        if isinstance(expression, ListReference):
            if not expression.is_inline_range and expression.list_name not in self.lists:
                return f"uses a list {{{expression.list_name}}} that is not there"
            values = self.list_of(expression)
            if isinstance(values, RangeSlotList) and values.stop - values.start > _LARGEST_RANGE:
                return f"uses a range of more than {_LARGEST_RANGE} numbers"
            # A list's values may be templates, but hassil does not let them take slots, and a
            # list inside itself would never end.
            if any(isinstance(part, ListReference) for part in self._below(expression)):
                return f"uses a list {{{expression.list_name}}} that has a list among its values"
        problems = (self.problem(part, open_rules) for part in self.parts(expression))
        return next((problem for problem in problems if problem), None)

    def _below(self, expression: Expression) -> Iterator[Expression]:
        """The parts of an expression, and theirs, as far as the template itself goes."""
        for part in self.parts(expression):
            yield part
            if isinstance(part, Group):
                yield from self._below(part)

    def references(self, expression: Expression) -> Iterator[ListReference]:
        """Every list that a template takes a slot from."""
        if isinstance(expression, ListReference):
            yield expression
        else:
            for part in self.parts(expression):
                yield from self.references(part)

    def has_wildcard(self, expression: Expression) -> bool:
        """Whether a template cannot be said without words that it does not know."""
        if isinstance(expression, ListReference):
            return isinstance(self.list_of(expression), WildcardSlotList)
        parts = [self.has_wildcard(part) for part in self.parts(expression)]
        return all(parts) and bool(parts) if isinstance(expression, Alternative) else any(parts)

    def pieces(self, expression: Expression) -> Grammar:
        """The template as a grammar over pieces of words and the boundaries between them."""
        match expression:
            case TextChunk():
                return Grammar.of([_pieces(expression.text, self.language)])
            case ListReference():
                return self._list_pieces(self.list_of(expression))
            case RuleReference():
                return self.pieces(self.rules[expression.rule_name].expression).minimal()
            case Permutation():
                return Grammar.permutation(*map(self.pieces, expression.items))
            case Alternative():
                return Grammar.union(*map(self.pieces, expression.items))
            case Group():
                return Grammar.sequence(*map(self.pieces, expression.items))
        raise TypeError(f"hassil has no expression of type {type(expression).__name__}.")

    def _list_pieces(self, values: SlotList) -> Grammar:
        if isinstance(values, TextSlotList):
            return Grammar.union(*(self.pieces(value.text_in) for value in values.values)).minimal()
        if isinstance(values, RangeSlotList):
            spoken = itertools.chain.from_iterable(
                _spoken(number, values, self.language) for number in values.get_numbers()
            )
            return Grammar.of([_pieces(text, self.language) for text in spoken]).minimal()
        return Grammar.of([])

    def draw(self, expression: Expression, rng: random.Random) -> Iterator[_Drawn]:
        """A random sentence of a template, in pieces of text that know their slot."""
        match expression:
            case TextChunk():
                yield _Drawn(expression.original_text)
            case ListReference():
                yield self._draw_value(expression, rng)
            case Alternative():
                ways = [item for item in expression.items if not self.has_wildcard(item)]
                yield from self.draw(rng.choice(ways), rng)
            case Permutation():
                for item in rng.sample(expression.items, len(expression.items)):
                    yield from self.draw(item, rng)
            case _:
                for part in self.parts(expression):
                    yield from self.draw(part, rng)

    def _draw_value(self, reference: ListReference, rng: random.Random) -> _Drawn:
        values = self.list_of(reference)
        if isinstance(values, TextSlotList):
            value: TextSlotValue = rng.choice(values.values)
            text = "".join(drawn.text for drawn in self.draw(value.text_in, rng))
            text = " ".join(text.split())
            return _Drawn(text, reference.slot_name, _value_text(value.value_out, text))
        assert isinstance(values, RangeSlotList)  # a template with a wildcard is never drawn from
        number = rng.choice(list(values.get_numbers()))
        text = rng.choice(_spoken(number, values, self.language))
        scaled = number if values.multiplier is None else number * values.multiplier
        return _Drawn(text, reference.slot_name, _value_text(scaled, text))


@dataclass(frozen=True)
class _Drawn:
    """A piece of a drawn sentence."""

    text: str
    slot: str | None = None
    value: str = ""


def _spoken(number: float, values: RangeSlotList, language: str) -> list[str]:
    """The ways to say a number, sorted; in digits if its range has no words for it."""
    if not values.words:
        return [str(number)]
    try:
        engine = get_rbnf_engine(values.words_language or language)
    except ValueError:
        return [str(number)]
    texts = engine.format_number(number).text_by_ruleset.values()
    return sorted({text.replace("-", " ").replace("\xad", "") for text in texts})


def _pieces(text: str, language: str) -> list[str]:
    """The runs of letters in a text, with a boundary for every run of white space."""
    if language.split("-")[0] in _CHARACTER_LANGUAGES:
        runs = re.findall(r"[!-~]+|\s+|\S", text)
        spaced = [(_BOUNDARY, run, _BOUNDARY) for run in runs]
        return [_BOUNDARY if run.isspace() else run for run in itertools.chain(*spaced)]
    return [_BOUNDARY if run.isspace() else run for run in re.findall(r"\s+|\S+", text)]


def _words_of_pieces(pieces: Grammar) -> Grammar:
    """Join pieces that no boundary separates to words."""
    pieces = pieces.minimal()
    following: dict[int, list[tuple[str | None, int]]] = {n: [] for n in range(pieces.states)}
    for source, piece, target in pieces.arcs:
        following[source].append((piece, target))
    end = pieces.states
    arcs: set[tuple[int, str | None, int]] = set()
    word_starts = {pieces.start}
    open_starts = [pieces.start]
    while open_starts:
        start = open_starts.pop()
        partial = [(start, "")]
        while partial:
            state, prefix = partial.pop()
            if state in pieces.finals:
                arcs.update((start, word, end) for word in _sayable(prefix))
            for piece, target in following[state]:
                if piece != _BOUNDARY:
                    partial.append((target, prefix + str(piece)))
                    continue
                arcs.update((start, word, target) for word in _sayable(prefix))
                if target not in word_starts:
                    word_starts.add(target)
                    open_starts.append(target)
    return Grammar(end + 1, tuple(arcs), pieces.start, frozenset({end})).minimal()


def _sayable(written: str) -> list[str | None]:
    """The word of a grammar for what is written: none for punctuation, no way for signs."""
    word = remove_punctuation(written).casefold()
    if not word:
        return [None]
    if any(
        unicodedata.category(letter)[0] not in "LMN'" and letter not in "'’-" for letter in word
    ):
        return []
    return [word]


def _annotate(drawn: Iterator[_Drawn]) -> tuple[str, tuple[Slot, ...]]:
    """Put the pieces of a sentence together with single spaces, keeping track of the slots."""
    text = ""
    slots = []
    for piece in drawn:
        added = re.sub(r"\s+", " ", piece.text)
        if not text or text.endswith(" "):
            added = added.lstrip()
        if piece.slot is not None and added:
            slots.append(Slot(piece.slot, piece.value, len(text), len(text) + len(added)))
        text += added
    return text.rstrip(), tuple(slots)


# Matching and answering


def _literalness(result: RecognizeResult) -> tuple[int, int]:
    wildcards = sum(entity.is_wildcard for entity in result.entities_list)
    return -wildcards, result.text_chunks_matched


def _slots(result: RecognizeResult, text: str) -> Iterator[Slot]:
    """The slots that hassil filled, in the order of the text."""
    behind = 0
    for entity in result.entities_list:
        said = entity.text_clean
        start, end = _place(said, text, behind, entity.text_span)
        value = said if entity.is_wildcard else _value_text(entity.value, said)
        yield Slot(entity.name, value, start, end)
        behind = end


def _place(said: str, text: str, behind: int, span: tuple[int, int] | None) -> tuple[int, int]:
    """Where words stand in the text, behind the slots before them.

    hassil tells a span, but one that lies too far to the right behind a number in words.
    """
    if span and text[slice(*span)].casefold() == said.casefold():
        return span
    words = r"\s+".join(re.escape(word) for word in said.split())
    for pattern in (rf"(?<!\w){words}(?!\w)", words):
        if match := re.compile(pattern, re.IGNORECASE).search(text, behind):
            return match.span()
    # Only where matching changed the letters themselves: what lies there in the text, at most.
    start, end = span or (behind, behind)
    return min(start, len(text)), min(end, len(text))


def _value_text(value: Any, said: str) -> str:
    """A list's value; an entry that is only a template has none but what was said."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return said if value is None else str(value)


def _slot_texts(interpretation: Interpretation) -> dict[str, str]:
    texts: dict[str, str] = {}
    for slot in interpretation.slots:
        texts[slot.name] = f"{texts[slot.name]}, {slot.value}" if slot.name in texts else slot.value
    return texts


def _fill(answer: str, slots: Mapping[str, str]) -> str:
    """Put the slots' values into an answer; a [bracket] whose slots are not filled falls away."""
    innermost = re.compile(r"\[([^\[\]]*)\]")
    while match := innermost.search(answer):
        wanted = re.findall(r"{(.*?)}", match[1])
        kept = match[1] if all(slot in slots for slot in wanted) else ""
        answer = answer[: match.start()] + kept + answer[match.end() :]
    filled = re.sub(r"{(.*?)}", lambda slot: slots.get(slot[1], ""), answer)
    return re.sub(r"\s+(?=[.,!?])", "", " ".join(filled.split()))
