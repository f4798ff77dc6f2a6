"""Music from a folder of audio files."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from eulalia.dialog.resolution import closest
from eulalia.skills.skill import Reply, Request, SkillError
from eulalia.turn import Outcome

if TYPE_CHECKING:
    from eulalia.memory.records import Records

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


@dataclass(frozen=True, slots=True)
class Song:
    """An audio file that can be played."""

    path: str
    title: str
    artist: str = ""
    genre: str = ""


class Player(Protocol):
    """What makes the sound."""

    def state(self) -> dict[str, Any]:
        """What plays: `songs` (queue), `playing`, `shuffle`, `repeat`; empty at first."""

    def change(self, state: dict[str, Any]) -> None:
        """Take over the keys of `state`."""


class RecordedPlayer:
    """A player that keeps what it should play in the records, for a device to carry out."""

    def __init__(self, records: Records, customer: str) -> None:
        self._records = records
        self._customer = customer

    def state(self) -> dict[str, Any]:
        """The record `music` of kind `player`."""
        return dict(self._records.get(self._customer, "player", "music") or {})

    def change(self, state: dict[str, Any]) -> None:
        """Remember the new state."""
        self._records.put(self._customer, "player", "music", {**self.state(), **state})


class MusicSkill:
    """Plays songs, tells what plays, and remembers what was liked.

    The folder is the record `music_folder` of kind `setting`, a path.
    """

    name = "music"
    intents = frozenset(
        {"play_music", "music_query", "music_likeness", "music_dislikeness", "music_settings"}
    )

    def __init__(
        self, player: Callable[[Request], Player] | None = None, rng: random.Random | None = None
    ) -> None:
        self._player = player or (lambda r: RecordedPlayer(r.records, r.customer))
        self._rng = rng or random.Random()

    def handle(self, request: Request) -> Reply:
        """Play, tell, remember or set, as asked.

        Raises SkillError when the folder cannot be read.
        """
        player = self._player(request)
        match request.interpretation.intent:
            case "play_music":
                return self._play(request, player)
            case "music_settings":
                return self._set(request, player)
            case "music_query":
                return self._tell(request, player)
            case intent:
                return self._judge(request, player, intent == "music_likeness")

    def _play(self, request: Request, player: Player) -> Reply:
        folder = request.records.get(request.customer, "setting", "music_folder")
        if not folder:
            answer = "No music folder is set up yet."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        songs = _choose(request, read_folder(folder))
        if not songs:
            answer = "I did not find that in your music."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        if player.state().get("shuffle") or (len(songs) > 1 and not request.said("song_name")):
            songs = self._rng.sample(songs, len(songs))
        player.change({"songs": [asdict(song) for song in songs], "playing": True})
        return Reply(
            request.answers.say("Playing {song}.", song=_named(request, asdict(songs[0]))),
            notes={"path": songs[0].path},
        )

    def _set(self, request: Request, player: Player) -> Reply:
        said = f"{request.said('player_setting') or ''} {request.interpretation.text}".casefold()
        change = next((_SETTINGS[word] for word in _SETTINGS if word in said), None)
        if change is None:
            answer = "I know no such setting of the player."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        player.change(change)
        return Reply(request.answers.say("Done."), notes=change)

    def _tell(self, request: Request, player: Player) -> Reply:
        song = _current(player)
        if song is None:
            return Reply(request.answers.say("Nothing is playing."), Outcome.UNAVAILABLE)
        return Reply(request.answers.say("This is {song}.", song=_named(request, song)))

    def _judge(self, request: Request, player: Player, liked: bool) -> Reply:
        song = _current(player)
        slots = {slot.name: slot.value for slot in request.interpretation.slots}
        key = song["path"] if song else request.interpretation.text.casefold()
        taste = {"liked": liked, "song": song, **slots}
        request.records.put(request.customer, "taste", key[-200:], taste)
        answer = "I will remember that you like it." if liked else "I will not play it again."
        return Reply(request.answers.say(answer))


def read_folder(folder: str | Path) -> list[Song]:
    """The songs in a folder and those below it, by path.

    Title and artist come from the file's tags, or else from its name, "Artist - Title.flac".
    Raises SkillError when there is no such folder; files that are no sound are passed over.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise SkillError(f"The music folder {root} is not there; set another one.")
    paths = sorted(path for path in root.rglob("*") if path.suffix.casefold() in _ENDINGS)
    songs = (_read(path) for path in paths[:_MOST_FILES])
    return [song for song in songs if song is not None]


def _read(path: Path) -> Song | None:
    # soundfile loads a C library; only those who play music wait for it.
    import soundfile  # type: ignore[import-untyped]

    try:
        with soundfile.SoundFile(path) as file:
            tags = file.copy_metadata()
    except (OSError, RuntimeError):
        return None
    stem = re.sub(r"^\d+[\s.\-_]+", "", path.stem.replace("_", " ")).strip()
    artist, dash, title = stem.partition(" - ")
    if not dash:
        artist, title = "", stem
    return Song(
        str(path),
        tags.get("title") or title.strip() or path.stem,
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
    # What is disliked is still played when it is asked for.
    return chosen if wanted else [song for song in chosen if song.path[-200:] not in disliked]


def _current(player: Player) -> dict[str, str] | None:
    state = player.state()
    songs = state.get("songs") or []
    return songs[0] if songs and state.get("playing") else None


def _named(request: Request, song: dict[str, str]) -> str:
    if not song["artist"]:
        return song["title"]
    return f"{song['title']} – {song['artist']}"
