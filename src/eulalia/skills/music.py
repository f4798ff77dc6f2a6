"""Music from a folder of audio files.

The records keep what plays; a `Player` (player.py) makes it sound where the machine can.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from eulalia.dialog.resolution import closest
from eulalia.skills import preferences, reminders
from eulalia.skills.phrases import is_phrase
from eulalia.skills.player import Loudspeaker, Player, PlayerError
from eulalia.skills.skill import Reply, Request, SkillError
from eulalia.skills.volume import gain
from eulalia.turn import Interpretation, Outcome

_ENDINGS: Final = frozenset({".aiff", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav"})
_MOST_FILES: Final = 100_000
_SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "shuffle": {"shuffle": True},
    "repeat": {"repeat": True},
    "loop": {"repeat": True},
    "stop": {"playing": False},
    "pause": {"playing": False},
    "resume": {"playing": True},
    "continue": {"playing": True},
}
_STOP: Final = {
    "en": "stop|pause|pause it|pause music|pause the music|stop music|stop the music|stop playing",
    "de": "stopp|stop|pause|pausiere|pausiere die musik|stopp die musik|stoppe die musik|musik aus",
    "fr": "stop|pause|mets en pause|mets la musique en pause|arrête la musique|arrêtez la musique",
    "es": "para|pausa|pausa la música|para la música|detén la música",
    "it": "stop|pausa|ferma|metti in pausa|ferma la musica",
    "pt": "para|pausa|pausa a música|para a música",
    "ru": "стоп|пауза|поставь на паузу|останови музыку|выключи музыку",
    "zh": "停|停止|暂停|暫停|暂停音乐|暫停音樂|停止播放",
    "ja": "ストップ|止めて|一時停止|音楽を止めて",
    "ar": "توقف|قف|ايقاف مؤقت|اوقف الموسيقى",
    "hi": "रुको|रोको|संगीत बंद करो|संगीत रोको",
    "sw": "simama|simamisha muziki|sitisha muziki",
}
_RESUME: Final = {
    "en": "resume|resume music|resume the music|continue|continue the music|unpause",
    "de": "weiter|musik weiter|spiel weiter",
    "fr": "reprends|reprends la musique|continue",
    "es": "continúa|reanuda|reanuda la música",
    "it": "continua|riprendi|riprendi la musica",
    "pt": "continua|retoma|retoma a música",
    "ru": "продолжи|продолжай|продолжи музыку",
    "zh": "继续|繼續|继续播放|繼續播放",
    "ja": "再開|続けて",
    "ar": "استمر|اكمل",
    "hi": "जारी रखो",
    "sw": "endelea",
}
"""What stops all that sounds, and what lets the music go on, by language."""
_NEGATIONS: Final = frozenset({"off", "no", "not", "don't", "disable", "stop", "end"})
"""Words that turn a repetition or a shuffling around: stop repeating."""
_STATE: Final = ("player", "music")
"""Kind and key of the record of what plays: songs, playing, silent, shuffle, repeat."""


@dataclass(frozen=True, slots=True)
class Song:
    """An audio file that can be played."""

    path: str
    title: str
    artist: str = ""
    genre: str = ""


class MusicSkill:
    """Plays songs, tells what plays, and remembers what was liked.

    The folder is the record `music_folder` of kind `setting`, a path.
    """

    name = "music"
    settings = frozenset({"music_folder"})
    intents = frozenset(
        {"play_music", "music_query", "music_likeness", "music_dislikeness", "music_settings"}
    )

    def __init__(self, player: Player | None = None, rng: random.Random | None = None) -> None:
        self._player = player or Loudspeaker()
        self._rng = rng or random.Random()

    def read(self, text: str, locale: str) -> Interpretation | None:
        """A bare "stop" or "go on", in which the understanding has no song to go by; or None."""
        if is_phrase(text, _STOP, locale) or is_phrase(text, _RESUME, locale):
            return Interpretation(text, "music", "music_settings", source=self.name)
        return None

    def handle(self, request: Request) -> Reply:
        """Play, tell, remember or set, as asked.

        Raises SkillError when the folder cannot be read. Where nothing can sound, the reply's note
        `silent` says why.
        """
        match request.interpretation.intent:
            case "play_music":
                return self._play(request)
            case "music_settings":
                return self._set(request)
            case "music_query":
                return self._tell(request)
            case intent:
                return self._judge(request, intent == "music_likeness")

    def _play(self, request: Request) -> Reply:
        folder = request.records.get(request.customer, "setting", "music_folder")
        if not folder:
            answer = "No music folder is set up yet."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        found = _choose(request, read_folder(folder))
        if not found:
            answer = "I did not find that in your music."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        if _state(request).get("shuffle") or (len(found) > 1 and not request.said("song_name")):
            found = self._rng.sample(found, len(found))
        songs = [asdict(song) for song in found]
        notes = self._sound(request, songs)
        answer = request.answers.say("Playing {song}.", song=_named(songs[0]))
        return Reply(answer, notes={"path": songs[0]["path"], **notes})

    def _sound(self, request: Request, songs: Sequence[dict[str, str]]) -> dict[str, str]:
        """Begin to play, and remember it; what the trace should tell of it."""
        records, customer = request.records, request.customer
        try:
            self._player.play(
                [song["path"] for song in songs],
                gain=lambda: gain(records, customer),
                repeat=lambda: bool((records.get(customer, *_STATE) or {}).get("repeat")),
            )
            notes = {}
        except PlayerError as error:
            notes = {"silent": str(error)}
        _change(request, {"songs": list(songs), "playing": True, "silent": bool(notes)})
        return notes

    def _set(self, request: Request) -> Reply:
        text, locale = request.interpretation.text, request.locale
        if is_phrase(text, _STOP, locale):
            return self._stop(request)
        if is_phrase(text, _RESUME, locale):
            return self._go_on(request)
        said = f"{request.said('player_setting') or ''} {request.interpretation.text}".casefold()
        change = next((_SETTINGS[word] for word in _SETTINGS if word in said), None)
        if change is None:
            answer = "I know no such setting of the player."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        if "playing" in change:
            return self._go_on(request) if change["playing"] else self._pause(request)
        if _NEGATIONS & set(said.split()):
            change = dict.fromkeys(change, False)
        _change(request, change)
        return Reply(request.answers.say("Done."), notes=change)

    def _stop(self, request: Request) -> Reply:
        """Silence whatever sounds; an alarm before the music."""
        if reminders.stop(request.records, request.customer):
            return Reply(request.answers.say("The alarm is off."))
        if not _state(request).get("playing"):
            return Reply(request.answers.say("Nothing is playing."))
        return self._pause(request)

    def _pause(self, request: Request) -> Reply:
        self._player.pause()
        _change(request, {"playing": False})
        return Reply(request.answers.say("Done."), notes={"playing": False})

    def _go_on(self, request: Request) -> Reply:
        songs = _state(request).get("songs")
        if not songs:
            return Reply(request.answers.say("Nothing is playing."), Outcome.UNAVAILABLE)
        notes: dict[str, str] = {}
        if self._player.playing():
            self._player.resume()
            _change(request, {"playing": True})
        else:  # the program was ended in between, or the queue
            notes = self._sound(request, songs)
        return Reply(request.answers.say("Done."), notes={"playing": True, **notes})

    def _tell(self, request: Request) -> Reply:
        song = self._current(request)
        if song is None:
            return Reply(request.answers.say("Nothing is playing."), Outcome.UNAVAILABLE)
        return Reply(request.answers.say("This is {song}.", song=_named(song)))

    def _current(self, request: Request) -> dict[str, str] | None:
        """The song that sounds, or would where it can, or None."""
        state = _state(request)
        songs = state.get("songs") or []
        if not songs or not state.get("playing"):
            return None
        path = songs[0]["path"] if state.get("silent") else self._player.playing()
        return next((song for song in songs if song["path"] == path), None)

    def _judge(self, request: Request, liked: bool) -> Reply:
        song = self._current(request)
        slots = {slot.name: slot.value for slot in request.interpretation.slots}
        key = _key(song["path"] if song else request.interpretation.text.casefold())
        request.records.put(request.customer, "taste", key, {"liked": liked, "song": song, **slots})
        answer = "I will remember that you like it." if liked else "I will not play it again."
        return Reply(request.answers.say(answer))


def read_folder(folder: str | Path) -> list[Song]:
    """The songs in a folder and those below it, by path.

    Title and artist come from the file's tags, or else from its name, "Artist - Title.flac".
    Raises SkillError when there is no such folder; files that are no sound are passed over.
    """
    if not isinstance(folder, str | Path):
        raise SkillError("The setting music_folder is no path; set it to that of a folder.")
    try:
        root = Path(folder).expanduser()
        if not root.is_dir():
            raise SkillError(f"The music folder {root} is not there; set another one.")
        # Pipes and devices may be named like music, and would keep us waiting.
        paths = sorted(
            path
            for path in root.rglob("*")
            if path.suffix.casefold() in _ENDINGS and path.is_file()
        )
    except (OSError, RuntimeError) as error:
        raise SkillError(f"The music folder {folder} cannot be read ({error}).") from error
    songs = (_read(path) for path in paths[:_MOST_FILES])
    return [song for song in songs if song is not None]


def _read(path: Path) -> Song | None:
    # soundfile loads a C library; only those who play music wait for it.
    import soundfile  # type: ignore[import-untyped]

    try:
        # As bytes, since soundfile refuses names that are not in UTF-8.
        with soundfile.SoundFile(os.fsencode(path)) as file:
            tags = file.copy_metadata()
    except (OSError, RuntimeError):
        return None
    # A name in no known encoding is still a song, but cannot be said as it is.
    name = path.stem.encode("utf-8", "replace").decode()
    stem = re.sub(r"^\d+[\s.\-_]+", "", name.replace("_", " ")).strip()
    artist, dash, title = stem.partition(" - ")
    if not dash:
        artist, title = "", stem
    return Song(
        str(path),
        tags.get("title") or title.strip() or name,
        tags.get("artist") or artist.strip(),
        tags.get("genre", ""),
    )


def _choose(request: Request, songs: Sequence[Song]) -> list[Song]:
    """The songs that fit every slot which names one, or all where nothing is named."""
    disliked = {
        key
        for key, taste in request.records.list(request.customer, "taste").items()
        if not taste.get("liked")
    }
    named: dict[str, Callable[[Song], str]] = {
        "song_name": lambda song: song.title,
        "artist_name": lambda song: song.artist,
        "music_genre": lambda song: song.genre,
    }
    chosen = list(songs)
    wanted = [slot for slot in request.interpretation.slots if slot.name in named]
    for slot in wanted:
        name_of = named[slot.name]
        found = closest(slot.value, {name_of(song) for song in chosen}, request.locale)
        chosen = [song for song in chosen if found and name_of(song) == found[0]]
    if wanted:
        return chosen  # what is disliked is still played when it is asked for
    return _preferred(request, [song for song in chosen if _key(song.path) not in disliked])


def _preferred(request: Request, songs: list[Song]) -> list[Song]:
    """The songs of the favourite artist or else of the favourite genre, or all without either."""
    ways: dict[str, Callable[[Song], str]] = {
        "artist": lambda song: song.artist,
        "genre": lambda song: song.genre,
    }
    for preference, name_of in ways.items():
        wanted = preferences.get(request.records, request.customer, preference)
        names = {name_of(song) for song in songs if name_of(song)}
        if wanted and (found := closest(wanted, names, request.locale)):
            return [song for song in songs if name_of(song) == found[0]]
    return songs


def _state(request: Request) -> dict[str, Any]:
    return dict(request.records.get(request.customer, *_STATE) or {})


def _change(request: Request, change: dict[str, Any]) -> None:
    request.records.put(request.customer, *_STATE, {**_state(request), **change})


def _key(text: str) -> str:
    """The end of a path or text, as long as the key of a record may be, in letters it may have."""
    return text.encode("utf-8", "replace").decode()[-200:]


def _named(song: dict[str, str]) -> str:
    if not song["artist"]:
        return song["title"]
    return f"{song['title']} – {song['artist']}"
