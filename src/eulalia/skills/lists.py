"""Lists: shopping, to do and whatever else."""

from __future__ import annotations

import re
from typing import Any, Final

from eulalia.skills import preferences
from eulalia.skills.skill import Reply, Request
from eulalia.turn import Outcome

MOST_ITEMS: Final = 500
LONGEST: Final = 200
"""Characters of an item or a list's name."""
_NOT_ITEMS: Final = frozenset(
    {"list_name", "date", "time", "timeofday", "general_frequency", "place_name", "device_type"}
)
_ITEM: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        r"(?:add|put|include|write|place) (?P<item>.+?) (?:to|on|onto|in|into|down on) ",
        r"(?:remove|delete|take|erase|cross|drop|strike) (?P<item>.+?) (?:from|off|out of|of|on) ",
        r"(?:is|are|do i have) (?P<item>.+?) (?:on|in) ",
        r"^(?:please )?add (?P<item>.+?) $",
    ),
    "de": (r"(?:füge|setze?|schreibe?|packe?|stelle?|lösche|entferne|streiche?|nimm) "
           r"(?:bitte )?(?P<item>.+?) (?:zu|auf|in|von|aus)",),
    "fr": (r"(?:ajoute[rsz]?|mets?|mettez|inscri[st]|supprime[rz]?|enlève[rz]?|retire[rz]?) "
           r"(?P<item>.+?) (?:à|sur|dans|de) ",),
    "es": (r"(?:añad[aei]r?|añade|agrega|agregar|pon|poner|apunta|quita|elimina|borra|saca) "
           r"(?P<item>.+?) (?:a|en|de) ",),
    "it": (r"(?:aggiung[ei]|aggiungere|metti|mettere|inserisci|togli|rimuovi|elimina|cancella) "
           r"(?P<item>.+?) (?:alla|nella|sulla|dalla|dalle|della|al|a) ",),
    "pt": (r"(?:adiciona|acrescenta|põe|coloca|mete|remove|tira|apaga|elimina|retira) "
           r"(?P<item>.+?) (?:à|na|a|da|ao|de|às) ",),
    "ru": (r"(?:добавь|добавьте|внеси|запиши|удали|удалите|убери|вычеркни) "
           r"(?P<item>.+?) (?:в|на|из|со|с) ",),
    "sw": (r"(?:ongeza|weka|ondoa|toa|futa) (?P<item>.+?) (?:kwenye|katika|kwa) ",),
    "zh": (r"[把将將](?P<item>.+?)(?:添加|加入|加到|加进|加進|放到|放进|从|從)",
           r"从.*?(?:删除|移除|去掉)(?P<item>.+)", r"從.*?(?:刪除|移除|去掉)(?P<item>.+)"),
    "ja": (r"(?:リスト)(?:に|から)(?P<item>.+?)を", r"^(?P<item>.+?)を.*?リスト(?:に|から)"),
    "hi": (r"(?:सूची|लिस्ट) (?:में|से|मे) (?P<item>.+?) (?:जोड़|डाल|शामिल|हटा|निकाल|लिख)",
           r"^(?P<item>.+?) को .*?(?:सूची|लिस्ट)"),
    "ar": (r"(?:اضف|أضف|ضيف|ضع|حط|احذف|شيل|ازل|أزل) (?P<item>.+?) (?:الى|إلى|في|من|على|ل)",),
}  # fmt: skip
"""How people name the thing to put on a list or to take off it, by language."""


_CALLED: Final = re.compile(
    r"^(?:called|named|titled|genannt|namens|appelée|nommée|llamada|chiamata|chamada) (?=\S)",
    re.IGNORECASE,
)
"""What stands before a list's name and is no part of it."""


class ListSkill:
    """Makes, fills, tells and empties lists."""

    name = "lists"
    intents = frozenset({"lists_createoradd", "lists_query", "lists_remove"})

    def handle(self, request: Request) -> Reply:
        """Do what is asked with the customer's lists."""
        match request.interpretation.intent:
            case "lists_createoradd":
                return self._add(request)
            case "lists_query":
                return self._tell(request)
            case _:
                return self._remove(request)

    def _add(self, request: Request) -> Reply:
        say = request.answers.say
        name, items = _name(request), _items(request)
        if not name and not items:
            return Reply(say("Which list should I use?"), Outcome.UNAVAILABLE, False)
        name = name or preferences.get(request.records, request.customer, "list")
        key = _find(request, name) or (name or say("shopping")).casefold()
        found = _lists(request).get(key)
        if found is not None and not items:
            return Reply(say("There is already a list named {list}.", list=found["name"]))
        kept = found or {"name": name or say("shopping"), "items": []}
        if len(kept["items"]) + len(items) > MOST_ITEMS:
            return Reply(say("Your {list} list is full.", list=kept["name"]), Outcome.UNAVAILABLE)
        new = [item for item in items if item not in kept["items"]]
        request.records.put(
            request.customer, "list", key, {**kept, "items": [*kept["items"], *new]}
        )
        if not items:
            return Reply(say("I made a list named {list}.", list=kept["name"]))
        return Reply(
            say(
                "I put {items} on your {list} list.",
                items=request.answers.list(items),
                list=kept["name"],
            )
        )

    def _tell(self, request: Request) -> Reply:
        answers, lists = request.answers, _lists(request)
        usual = preferences.get(request.records, request.customer, "list")
        key = _find(request, _name(request) or usual)
        if not lists:
            return Reply(answers.say("You have no lists."))
        if key is None and _name(request):
            return Reply(
                answers.say("There is no list named {list}.", list=_name(request)),
                Outcome.UNAVAILABLE,
            )
        if key is None and len(lists) > 1:
            names = [one["name"] for one in lists.values()]
            return Reply(
                answers.say_plural(
                    "You have one list: {lists}.",
                    "You have {n} lists: {lists}.",
                    len(names),
                    lists=answers.list(names[:10]),
                )
            )
        found = lists[key] if key else next(iter(lists.values()))
        if not found["items"]:
            return Reply(answers.say("Your {list} list is empty.", list=found["name"]))
        return Reply(
            answers.say(
                "On your {list} list: {items}.",
                list=found["name"],
                items=answers.list(found["items"][:20]),
            )
        )

    def _remove(self, request: Request) -> Reply:
        answers, lists, items = request.answers, _lists(request), _items(request)
        key = _find(request, _name(request))
        if key is None and len(lists) == 1 and not _name(request):
            key = next(iter(lists))
        if key is None and items and not _name(request):
            folded = {item.casefold() for item in items}
            key = next(
                (k for k, one in lists.items() if folded & {i.casefold() for i in one["items"]}),
                None,
            )
        if key is None and not _name(request):
            return Reply(
                answers.say("Which list should I remove something from?"),
                Outcome.UNAVAILABLE,
                False,
            )
        if key is None:
            return Reply(
                answers.say("There is no list named {list}.", list=_name(request)),
                Outcome.UNAVAILABLE,
            )
        found = lists[key]
        if not items:
            if not _name(request):
                return Reply(
                    answers.say("What should I remove from your {list} list?", list=found["name"]),
                    Outcome.UNAVAILABLE,
                    False,
                )
            request.records.delete(request.customer, "list", key)
            return Reply(answers.say("I removed your {list} list.", list=found["name"]))
        folded = {item.casefold() for item in items}
        left = [item for item in found["items"] if item.casefold() not in folded]
        if len(left) == len(found["items"]):
            return Reply(
                answers.say(
                    "{items} is not on your {list} list.",
                    items=answers.list(items),
                    list=found["name"],
                ),
                Outcome.UNAVAILABLE,
            )
        request.records.put(request.customer, "list", key, {**found, "items": left})
        return Reply(
            answers.say(
                "I took {items} off your {list} list.",
                items=answers.list(items),
                list=found["name"],
            )
        )


def _lists(request: Request) -> dict[str, Any]:
    return dict(request.records.list(request.customer, "list"))


def _name(request: Request) -> str:
    said = (request.said("list_name") or "").strip()
    return _CALLED.sub("", said)[:LONGEST]


def _find(request: Request, name: str) -> str | None:
    """The key of the list of that name, whatever the case of its letters."""
    key = name.casefold()
    return key if key and key in _lists(request) else None


def _items(request: Request) -> list[str]:
    """What to put on a list or take off it: as the slots tell, or else as the words do."""
    interpretation = request.interpretation
    said = [slot.value for slot in interpretation.slots if slot.name not in _NOT_ITEMS]
    if not said:
        text = interpretation.text[:2000] + " "
        for pattern in _ITEM.get(request.locale.split("-")[0], ()):
            if match := re.search(pattern, text, re.IGNORECASE):
                said = [match.group("item")]
                break
    split = [part for one in said for part in re.split(r",|،|、| (?:and|und|et|y|e|и|na|और) ", one)]
    items = [re.sub(r"^(?:the|a|an|some|my|item) ", "", part.strip()) for part in split]
    return [item[:LONGEST] for item in items if item and item not in ("item", "items", "it")]
