"""The parts that an assistant has unless it is given others.

They import what they open when they open it: asking by text loads neither ears nor voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eulalia.assistant.parts import Detector, Recognizer, Rewriter, Speaker, Understander
from eulalia.assistant.request import RequestError
from eulalia.memory import Memory
from eulalia.skills import Skill, SkillError, TemplateSkill


def open_understander() -> Understander:
    """The understanding that ships with Eulalia."""
    from eulalia.nlu import Understander as Usual

    return Usual.open()


def usual_recognizer(skills: Sequence[Skill]) -> Recognizer:
    """The recogniser that is best for these skills: templates hold it to what may be said."""
    from eulalia import asr

    if any(isinstance(skill, TemplateSkill) for skill in skills):
        return asr.default_for_grammars()
    return asr.Recognizer.open()


def open_recognizer(recognizer: str | Path | Recognizer) -> Recognizer:
    """The recogniser itself, or the one of that name."""
    if not isinstance(recognizer, str | Path):
        return recognizer
    from eulalia.asr import open_recognizer as open_named

    return open_named(recognizer)


def open_detector() -> Detector:
    """The voice activity detector that ships with Eulalia."""
    from eulalia.audio import SpeechDetector

    return SpeechDetector()


def open_speaker() -> Speaker:
    """The voices of espeak-ng."""
    from eulalia.tts import Speaker as Usual

    return Usual.open()


def open_rewriter(memory: Memory) -> Rewriter:
    """Rewriting by what the memory knows of the customer and of all customers."""
    from eulalia.learning.rewriting import OnlineRewriter

    return OnlineRewriter(memory)


def load_skills(skills: Sequence[str | Path | Skill]) -> list[Skill]:
    """Skills as they are, or loaded from their template files; SkillError for a broken one."""
    return [
        TemplateSkill.load(Path(item)) if isinstance(item, str | Path) else item for item in skills
    ]


def check_names(skills: Sequence[Skill]) -> None:
    """SkillError when two skills have one name."""
    names = [skill.name for skill in skills]
    for name in names:
        if names.count(name) > 1:
            raise SkillError(f"There are two skills named {name!r}; rename one of them.")


def memory_file(folder: Path) -> Path:
    """The memory's file in a home, which is made if it is not there; RequestError if it cannot."""
    home = folder.expanduser()
    try:
        # What is asked at home is nobody else's business.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(
            f"The folder {home} cannot be made ({error.strerror}); name another."
        ) from error
    return home / "memory.db"
