"""Greetings, jokes and small talk; repeating, stopping, and what the assistant can do."""

from __future__ import annotations

import random
from typing import Final

from eulalia.dialog.numbers import fold
from eulalia.skills import preferences, reminders
from eulalia.skills.moments import local_now
from eulalia.skills.phrases import is_phrase
from eulalia.skills.skill import Reply, Request
from eulalia.turn import Interpretation, Outcome

LAST_ANSWER: Final = ("conversation", "answer")
"""Kind and key of the record in which the assistant keeps what it said last."""

_WORDS: Final[dict[str, dict[str, str]]] = {
    "thanks": {
        "en": "thank you|thanks|cheers", "de": "danke|vielen dank", "fr": "merci",
        "es": "gracias", "it": "grazie", "pt": "obrigado|obrigada", "ru": "спасибо|благодарю",
        "zh": "谢谢|謝謝|多谢|感谢|感謝", "ja": "ありがとう", "ar": "شكرا|مشكور",
        "hi": "धन्यवाद|शुक्रिया", "sw": "asante|shukrani",
    },
    "stop": {
        "en": "stop|be quiet|shut up|cancel that|never mind|nevermind",
        "de": "stopp|stop|hör auf|halt|ruhe", "fr": "stop|arrête|arrêtez|tais toi|silence",
        "es": "para|basta|detente|silencio|cállate", "it": "stop|basta|ferma|fermati|silenzio",
        "pt": "para|pára|basta|silêncio|cala te", "ru": "стоп|хватит|замолчи|прекрати|остановись",
        "zh": "停|停止|闭嘴|閉嘴|安静|安靜", "ja": "止めて|やめて|ストップ|静かに|止まれ",
        "ar": "توقف|قف|اسكت|وقف|كفى", "hi": "रुको|रुकिए|बंद करो|चुप", "sw": "acha|simama|nyamaza",
    },
    "repeat": {
        "en": "repeat that|repeat|say that again|say it again|come again|once more|"
              "what did you say",
        "de": "wiederhole|wiederholen|noch einmal|noch mal|was hast du gesagt",
        "fr": "répète|répéter|répétez|redis|encore une fois", "es": "repite|repetir|otra vez",
        "it": "ripeti|ripetere|ancora una volta", "pt": "repete|repetir|outra vez|de novo",
        "ru": "повтори|повторите|еще раз", "zh": "重复|重複|再说一遍|再說一遍|再说一次|再說一次",
        "ja": "もう一度|繰り返して|もう一回", "ar": "كرر|اعد|مرة اخرى|عيد",
        "hi": "दोहराओ|दोहराएं|फिर से बोलो|फिर से कहो", "sw": "rudia|sema tena",
    },
    "help": {
        "en": "what can you do|help me|what do you do|how can you help|what are you able|help",
        "de": "was kannst du|was können sie|hilfe|hilf mir",
        "fr": "que peux tu faire|que sais tu faire|qu'est ce que tu peux faire|aide moi|à l'aide",
        "es": "qué puedes hacer|qué sabes hacer|ayúdame|ayuda",
        "it": "cosa puoi fare|che cosa sai fare|cosa sai fare|aiutami|aiuto",
        "pt": "o que podes fazer|o que sabes fazer|o que pode fazer|ajuda me|ajuda",
        "ru": "что ты умеешь|что ты можешь|что вы умеете|помоги|помощь",
        "zh": "你能做什么|你能做什麼|你会做什么|你會做什麼|你可以做什么|你可以做什麼|帮助|幫助",
        "ja": "何ができる|なにができる|何が出来る|ヘルプ|助けて",
        "ar": "ماذا يمكنك|ماذا تستطيع|وش تقدر|ساعدني|مساعدة",
        "hi": "क्या कर सकते|क्या कर सकती|मदद", "sw": "unaweza kufanya nini|nisaidie|msaada",
    },
    "wellbeing": {
        "en": "how are you|how is it going|how's it going|how do you do|what's up",
        "de": "wie geht|was geht|wie läuft", "fr": "comment vas tu|ça va|comment allez",
        "es": "cómo estás|qué tal|cómo te va|cómo está", "it": "come stai|come va|come sta",
        "pt": "como estás|como está|tudo bem|como vais", "ru": "как дела|как ты|как поживаешь",
        "zh": "你好吗|你好嗎|怎么样|怎麼樣|还好吗|還好嗎", "ja": "元気|調子",
        "ar": "كيف حالك|كيفك|شلونك|اخبارك", "hi": "कैसे हो|कैसे हैं|कैसी हो|क्या हाल",
        "sw": "habari|hujambo|u hali gani|mambo",
    },
}  # fmt: skip
"""What people say for each of these, by language."""


class ConversationSkill:
    """Says what is said between people who do not want anything in particular."""

    name = "conversation"
    intents = frozenset({"general_greet", "general_joke", "general_quirky"})

    def __init__(self, rng: random.Random | None = None) -> None:
        """`rng` chooses the jokes."""
        self._rng = rng or random.Random()

    def read(self, text: str, locale: str) -> Interpretation | None:
        """What is, as a whole, thanks or a wish to hear something again; or None.

        "Repeat that" is so like "repeat this song" that the understanding may take it for that.
        """
        if is_phrase(text, _WORDS["thanks"], locale) or is_phrase(text, _WORDS["repeat"], locale):
            return Interpretation(text, "general", "general_quirky", source=self.name)
        return None

    def handle(self, request: Request) -> Reply:
        """Answer in kind."""
        if request.interpretation.intent == "general_joke":
            return self._joke(request)
        match _topic(request):
            case "thanks":
                return Reply(request.answers.say("You are welcome."))
            case "stop":
                return self._stop(request)
            case "repeat":
                return self._repeat(request)
            case "help":
                return self._help(request)
            case "wellbeing":
                return Reply(request.answers.say("I am well, thank you. What can I do for you?"))
        if request.interpretation.intent == "general_greet":
            return self._greet(request)
        return Reply(
            request.answers.say("I have no answer to that. Ask me what I can do."),
            Outcome.NOT_UNDERSTOOD,
        )

    def _greet(self, request: Request) -> Reply:
        say, hour = request.answers.say, local_now(request).hour
        if name := preferences.get(request.records, request.customer, "name"):
            return Reply(say("Hello, {name}! What can I do for you?", name=name))
        if 4 <= hour < 12:
            return Reply(say("Good morning! What can I do for you?"))
        if 12 <= hour < 18:
            return Reply(say("Good afternoon! What can I do for you?"))
        return Reply(say("Good evening! What can I do for you?"))

    def _joke(self, request: Request) -> Reply:
        say = request.answers.say
        return Reply(
            self._rng.choice(
                [
                    say("I bought a clock that is never wrong. It does not say anything at all."),
                    say("I asked the thermostat how it felt. It said: that depends on you."),
                    say("My alarm is the only one who is happy when I get up. It gets to rest."),
                    say("I told my shopping list a secret. Now it is all written down."),
                ]
            )
        )

    def _stop(self, request: Request) -> Reply:
        if reminders.stop(request.records, request.customer):
            return Reply(request.answers.say("The alarm is off."))
        return Reply(request.answers.say("All right."), notes={"stop": True})

    def _repeat(self, request: Request) -> Reply:
        last = request.records.get(request.customer, *LAST_ANSWER)
        if not isinstance(last, str) or not last:
            return Reply(request.answers.say("I have not said anything yet."), Outcome.UNAVAILABLE)
        return Reply(last)

    def _help(self, request: Request) -> Reply:
        return Reply(
            request.answers.say(
                "I can tell the time anywhere, set alarms and timers, keep your calendar and "
                "lists, control your home, play your music and do sums. Just ask."
            )
        )


def _topic(request: Request) -> str | None:
    """Which of the small matters the words are about, or None."""
    language = request.locale.split("-")[0]
    text = " " + " ".join(fold(request.interpretation.text[:500], request.locale).split()) + " "
    spaced = language not in ("ja", "zh")
    for topic, by_language in _WORDS.items():
        for phrase in by_language.get(language, "").split("|"):
            folded = " ".join(fold(phrase, request.locale).split())
            if not folded:
                continue
            alone = topic == "stop" and " " not in folded
            if alone and text.strip(" .!?") not in (folded, f"{folded} please"):
                continue
            if (f" {folded} " if spaced else folded) in text.replace("?", " ").replace("!", " "):
                return topic
    return None
