"""Music: real files in a real folder, a player that records its calls, and one that sounds."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from eulalia.memory import Memory
from eulalia.skills import SkillError, preferences, reminders
from eulalia.skills.music import MusicSkill, read_folder
from eulalia.skills.player import CHANNELS, Loudspeaker, PlayerError, open_portaudio
from eulalia.turn import Outcome
from tests.skills.asking import Asking

try:
    import sounddevice
except (ImportError, OSError):
    sounddevice = None

RATE = 8_000


class Recording:
    """A player that remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.paths: tuple[str, ...] = ()
        self.gain: Callable[[], float] = float
        self.repeat: Callable[[], bool] = bool

    def play(
        self, paths: Sequence[str], *, gain: Callable[[], float], repeat: Callable[[], bool]
    ) -> None:
        self.calls.append("play")
        self.paths, self.gain, self.repeat = tuple(paths), gain, repeat

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def playing(self) -> str | None:
        return self.paths[0] if self.paths else None


class Mute(Recording):
    """A player where nothing can sound."""

    def play(self, paths: Sequence[str], **_: object) -> None:
        raise PlayerError("No loudspeaker can be opened; plug one in.")


def write(path: Path, seconds: float = 0.05, frequency: float = 440, **tags: str) -> Path:
    tone = 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    path.parent.mkdir(exist_ok=True, parents=True)
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        for name, value in tags.items():
            setattr(file, name, value)
        file.write(tone)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    write(folder / "01 - Nina - Sinnerman.wav")
    write(folder / "deep" / "x.flac", title="Blue Train", artist="Coltrane", genre="jazz")
    write(folder / "Hungarian_Dance.ogg")
    (folder / "cover.jpg").write_bytes(b"no sound")
    return folder


@pytest.fixture
def ask(tmp_path: Path, folder: Path) -> Iterator[Asking]:
    with Memory.open(tmp_path) as memory:
        asking = Asking(memory)
        memory.records.put("default", "setting", "music_folder", str(folder))
        yield asking


@pytest.fixture
def player() -> Recording:
    return Recording()


@pytest.fixture
def music(player: Recording) -> MusicSkill:
    return MusicSkill(player, random.Random(7))


# The folder


def test_songs_are_named_by_their_tags_or_else_by_their_files(folder: Path) -> None:
    songs = {(song.title, song.artist, song.genre) for song in read_folder(folder)}
    assert songs == {
        ("Sinnerman", "Nina", ""),
        ("Blue Train", "Coltrane", "jazz"),
        ("Hungarian Dance", "", ""),
    }


def test_what_is_no_sound_is_passed_over_however_it_is_named(folder: Path) -> None:
    (folder / "broken.mp3").write_bytes(b"\0" * 1_000)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "folder.flac").mkdir()
    (folder / "gone.wav").symlink_to(folder / "nowhere.wav")
    os.mkfifo(folder / "pipe.wav")
    assert len(read_folder(folder)) == 3


@pytest.mark.parametrize("setting", ["/no/such/folder", "~nobody-of-that-name/x", "a\0b", {"a": 1}])
def test_a_folder_that_is_not_there_is_told_in_a_sentence(
    ask: Asking, music: MusicSkill, player: Recording, setting: object
) -> None:
    ask.memory.records.put("default", "setting", "music_folder", setting)
    with pytest.raises(SkillError, match=r"music.folder .*\.$"):
        ask(music, "play_music", "play music")
    assert player.calls == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read_are_passed_over(folder: Path) -> None:
    (folder / "Hungarian_Dance.ogg").chmod(0)
    assert len(read_folder(folder)) == 2


def test_without_a_folder_the_answer_says_so(tmp_path: Path, music: MusicSkill) -> None:
    with Memory.open(tmp_path) as memory:
        reply = Asking(memory)(music, "play_music", "play music")
    assert reply.outcome is Outcome.UNAVAILABLE
    assert reply.text == "No music folder is set up yet."


def test_an_empty_folder_has_nothing_to_play(
    ask: Asking, music: MusicSkill, player: Recording, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    ask.memory.records.put("default", "setting", "music_folder", str(tmp_path / "empty"))
    assert ask(music, "play_music", "play music").outcome is Outcome.UNAVAILABLE
    assert player.calls == []


def test_a_name_in_an_unknown_encoding_can_be_played_named_and_liked(
    ask: Asking, music: MusicSkill, player: Recording, folder: Path
) -> None:
    for path in folder.rglob("*.*"):
        path.unlink()
    source = write(folder / "a.wav")
    source.rename(os.fsdecode(os.fsencode(folder) + b"/Caf\xe9.wav"))
    reply = ask(music, "play_music", "play something")
    assert reply.text == "Playing Caf?."
    assert os.fsencode(player.paths[0]).endswith(b"/Caf\xe9.wav")
    assert ask(music, "music_likeness", "i like it").outcome is Outcome.ANSWERED


# Choosing


def test_a_song_is_found_by_its_title(ask: Asking, music: MusicSkill, player: Recording) -> None:
    reply = ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    assert reply.text == "Playing Sinnerman – Nina."
    assert [Path(path).name for path in player.paths] == ["01 - Nina - Sinnerman.wav"]
    assert reply.notes == {"path": player.paths[0]}


@pytest.mark.parametrize(
    ("name", "value", "songs"),
    [("artist", "coltrane", 1), ("genre", "jazz", 1), ("artist", "Nobody Known", 3)],
)
def test_where_nothing_is_named_the_favourites_are_played(
    ask: Asking, music: MusicSkill, player: Recording, name: str, value: str, songs: int
) -> None:
    preferences.put(ask.memory.records, "default", name, value)
    ask(music, "play_music", "play some music")
    assert len(player.paths) == songs
    ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    assert [Path(path).name for path in player.paths] == ["01 - Nina - Sinnerman.wav"]


@pytest.mark.parametrize(("slot", "value"), [("artist_name", "coltrane"), ("music_genre", "jazz")])
def test_songs_are_found_by_artist_and_genre(
    ask: Asking, music: MusicSkill, slot: str, value: str
) -> None:
    reply = ask(music, "play_music", f"play {value}", **{slot: value})
    assert reply.text == "Playing Blue Train – Coltrane."


def test_a_title_that_is_not_there_plays_nothing(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    reply = ask(music, "play_music", "play bohemian rhapsody", song_name="bohemian rhapsody")
    assert reply.outcome is Outcome.UNAVAILABLE
    assert player.calls == []


def test_every_slot_must_fit(ask: Asking, music: MusicSkill) -> None:
    text = "play sinnerman by coltrane"
    reply = ask(music, "play_music", text, song_name="sinnerman", artist_name="coltrane")
    assert reply.outcome is Outcome.UNAVAILABLE


def test_all_songs_are_mixed_where_none_is_named(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    orders = set()
    for _ in range(12):
        ask(music, "play_music", "play music")
        orders.add(player.paths)
        assert len(set(player.paths)) == 3
    assert len(orders) > 1


def test_what_is_disliked_is_played_only_when_it_is_asked_for(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    ask(music, "music_dislikeness", "i hate this")
    ask(music, "play_music", "play music")
    assert not [path for path in player.paths if "Sinnerman" in path]
    reply = ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    assert reply.outcome is Outcome.ANSWERED


def test_what_one_customer_dislikes_another_may_hear(
    ask: Asking, music: MusicSkill, player: Recording, folder: Path
) -> None:
    ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    ask(music, "music_dislikeness", "i hate this")
    ask.memory.records.put("other", "setting", "music_folder", str(folder))
    Asking(ask.memory, customer="other")(music, "play_music", "play music")
    assert len(player.paths) == 3


# Playing


def test_pause_and_resume_reach_the_player(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    ask(music, "play_music", "play music")
    ask(music, "music_settings", "pause the music")
    assert ask(music, "music_query", "what is this").text == "Nothing is playing."
    ask(music, "music_settings", "resume the music")
    assert player.calls == ["play", "pause", "resume"]
    assert ask(music, "music_query", "what is this").text.startswith("This is ")


def test_to_resume_after_a_restart_begins_the_queue_again(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    ask(music, "play_music", "play music")
    before, player.paths, player.calls = player.paths, (), []
    assert ask(music, "music_query", "what is this").text == "Nothing is playing."
    ask(music, "music_settings", "continue")
    assert (player.calls, player.paths) == (["play"], before)


def test_there_is_nothing_to_resume_at_first(ask: Asking, music: MusicSkill) -> None:
    assert ask(music, "music_settings", "resume").outcome is Outcome.UNAVAILABLE


def test_the_song_is_that_which_the_player_is_at(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    ask(music, "play_music", "play music")
    player.paths = tuple(path for path in player.paths if "Dance" in path)
    assert ask(music, "music_query", "what is this").text == "This is Hungarian Dance."


def test_the_volume_and_repetition_of_the_records_hold_while_it_plays(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    ask(music, "play_music", "play music")
    assert (player.gain(), player.repeat()) == (0.5, False)
    ask.memory.records.put("default", "player", "volume", {"level": 20, "muted": False})
    ask(music, "music_settings", "repeat this")
    assert (player.gain(), player.repeat()) == (0.2, True)
    ask.memory.records.put("default", "player", "volume", {"level": 20, "muted": True})
    ask(music, "music_settings", "stop repeating")
    assert (player.gain(), player.repeat()) == (0.0, False)
    assert player.calls == ["play"]


def test_an_unknown_setting_changes_nothing(
    ask: Asking, music: MusicSkill, player: Recording
) -> None:
    assert ask(music, "music_settings", "more bass").outcome is Outcome.UNAVAILABLE
    assert player.calls == []


def test_where_nothing_can_sound_the_state_is_kept_and_a_note_says_why(ask: Asking) -> None:
    music = MusicSkill(Mute())
    reply = ask(music, "play_music", "play sinnerman", song_name="sinnerman")
    assert reply.outcome is Outcome.ANSWERED
    assert reply.notes["silent"] == "No loudspeaker can be opened; plug one in."
    assert ask(music, "music_query", "what is this").text == "This is Sinnerman – Nina."
    ask(music, "music_settings", "stop")
    assert ask(music, "music_query", "what is this").text == "Nothing is playing."


def test_without_sounddevice_the_note_says_what_to_install(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    reply = ask(MusicSkill(), "play_music", "play music")
    assert "pip install eulalia[microphone]" in reply.notes["silent"]


# Sounding


class Tape:
    """A device that keeps what is played, and may hold it up."""

    samplerate = 16_000.0

    def __init__(self) -> None:
        self.blocks: list[NDArray[np.float32]] = []
        self.closed = False
        self.room = Event()
        self.room.set()

    def write(self, data: NDArray[np.float32]) -> None:
        assert not self.closed
        assert self.room.wait(10)
        self.blocks.append(data)

    def close(self) -> None:
        self.closed = True

    @property
    def sound(self) -> NDArray[np.float32]:
        return np.concatenate(self.blocks)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def begin(tape: Tape, *paths: Path, gain: float = 1.0, repeat: bool = False) -> Loudspeaker:
    speaker = Loudspeaker(lambda: tape)
    speaker.play([str(path) for path in paths], gain=lambda: gain, repeat=lambda: repeat)
    return speaker


def test_a_queue_sounds_in_order_at_the_devices_rate_and_ends(tmp_path: Path) -> None:
    tape = Tape()
    low = write(tmp_path / "low.wav", 1.0, 400)
    high = write(tmp_path / "high.flac", 1.0, 800)
    speaker = begin(tape, low, high, gain=0.5)
    until(lambda: tape.closed)
    assert speaker.playing() is None
    sound = tape.sound
    assert sound.shape == (32_000, CHANNELS)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    assert np.abs(sound).max() == pytest.approx(0.25, abs=0.02)
    assert np.abs(np.fft.rfft(sound[:16_000, 0])).argmax() == 400
    assert np.abs(np.fft.rfft(sound[16_000:, 0])).argmax() == 800


def test_what_cannot_be_read_any_more_is_passed_over(tmp_path: Path) -> None:
    tape = Tape()
    (tmp_path / "spoiled.wav").write_bytes(b"no sound")
    begin(tape, tmp_path / "gone.wav", tmp_path / "spoiled.wav", write(tmp_path / "a.wav", 0.5))
    until(lambda: tape.closed)
    assert tape.sound.shape == (8_000, CHANNELS)


def test_a_queue_of_which_nothing_is_left_ends_even_if_repeated(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape, tmp_path / "gone.wav", repeat=True)
    until(lambda: tape.closed)
    assert tape.blocks == []


def test_a_queue_is_repeated_until_another_takes_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 0.1)
    tapes = [Tape(), Tape()]
    rest = iter(tapes)
    speaker = Loudspeaker(lambda: next(rest))
    speaker.play([str(path)], gain=lambda: 1.0, repeat=lambda: True)
    until(lambda: len(tapes[0].blocks) > 6)
    speaker.play([str(path)], gain=lambda: 1.0, repeat=lambda: False)
    assert tapes[0].closed
    until(lambda: tapes[1].closed)
    assert tapes[1].sound.shape == (1_600, CHANNELS)


def test_a_pause_holds_the_sound_where_it_is(tmp_path: Path) -> None:
    tape = Tape()
    tape.room.clear()
    path = write(tmp_path / "a.wav", 3.0)
    speaker = begin(tape, path)
    speaker.pause()
    tape.room.set()
    time.sleep(0.2)
    assert len(tape.blocks) <= 1  # one that was on its way
    assert speaker.playing() == str(path)
    speaker.resume()
    until(lambda: tape.closed)
    assert tape.sound.shape == (48_000, CHANNELS)


def test_a_paused_queue_can_be_ended(tmp_path: Path) -> None:
    tape = Tape()
    speaker = begin(tape, write(tmp_path / "a.wav", 3.0), repeat=True)
    speaker.pause()
    speaker.stop()
    assert tape.closed
    assert speaker.playing() is None


def test_music_ends_with_the_memory_that_wanted_it(tmp_path: Path, folder: Path) -> None:
    tape = Tape()
    with Memory.open(tmp_path) as memory:
        memory.records.put("default", "setting", "music_folder", str(folder))
        memory.records.put("default", "player", "music", {"repeat": True})
        Asking(memory)(MusicSkill(Loudspeaker(lambda: tape)), "play_music", "play music")
        until(lambda: len(tape.blocks) > 3)
        assert not tape.closed
    until(lambda: tape.closed)


def test_of_many_channels_the_first_two_are_heard(tmp_path: Path) -> None:
    tape = Tape()
    sound = np.repeat([[0.1, 0.2, 0.3, 0.4]], 16_000, axis=0)
    soundfile.write(tmp_path / "wide.wav", sound, 16_000)
    wide = (tmp_path / "wide.wav").rename(os.fsdecode(os.fsencode(tmp_path) + b"/w\xefde.wav"))
    begin(tape, wide)
    until(lambda: tape.closed)
    assert tape.sound[8_000].tolist() == pytest.approx([0.1, 0.2], abs=1e-3)


@pytest.mark.skipif(sounddevice is not None, reason="PortAudio is installed")
def test_without_portaudio_it_says_what_to_install() -> None:
    pytest.importorskip("_sounddevice")
    with pytest.raises(PlayerError, match="PortAudio library"):
        open_portaudio()


@pytest.mark.skipif(sounddevice is None, reason="PortAudio is not installed")
def test_a_real_device_gets_the_song(tmp_path: Path) -> None:
    """A real PortAudio device, made by ALSA out of a file."""
    path = write(tmp_path / "tone.wav", 2.0, 440)
    raw = tmp_path / "heard.raw"
    (tmp_path / "asound.conf").write_text(
        f'pcm.!default {{ type file  slave.pcm null  file "{raw}"  format raw }}\n'
    )
    script = f"""
import time
from eulalia.skills.player import Loudspeaker, open_portaudio
device = open_portaudio()
print(device.samplerate)
speaker = Loudspeaker(lambda: device)
speaker.play([{str(path)!r}], gain=lambda: 1.0, repeat=lambda: False)
while speaker.playing():
    time.sleep(0.01)
"""
    environment = {
        **os.environ,
        "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{tmp_path}/asound.conf",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heard = np.fromfile(raw, np.float32)[::CHANNELS]
    rate = float(done.stdout)
    spectrum = np.abs(np.fft.rfft(heard))
    assert spectrum.argmax() * rate / len(heard) == pytest.approx(440, abs=2)


@pytest.mark.skipif(sounddevice is None, reason="PortAudio is not installed")
def test_without_a_device_it_says_so(tmp_path: Path) -> None:
    script = "from eulalia.skills.player import open_portaudio; open_portaudio()"
    (tmp_path / "asound.conf").write_text("pcm.!default { type none }\n")
    environment = {**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "PlayerError: No loudspeaker can be opened" in done.stderr


# Stop


@pytest.mark.parametrize(
    ("text", "locale"), [("stop", "en-US"), ("Pause the music, please", "en-US"), ("停", "zh-CN")]
)
def test_stop_stops_what_plays(
    music: MusicSkill, player: Recording, ask: Asking, text: str, locale: str
) -> None:
    read = music.read(text, locale)
    assert read is not None
    ask(music, "play_music", "play some music")
    ask.locale = locale
    ask(music, read.intent, text)
    assert player.calls == ["play", "pause"]


def test_stop_silences_an_alarm_before_the_music(
    music: MusicSkill, player: Recording, ask: Asking
) -> None:
    ask(music, "play_music", "play some music")
    ask.memory.records.put("default", reminders.RINGING, "a", {"title": ""})
    assert ask(music, "music_settings", "stop").text == "The alarm is off."
    assert player.calls == ["play"]


def test_stop_where_nothing_sounds_says_so(music: MusicSkill, ask: Asking) -> None:
    assert ask(music, "music_settings", "stop").text == "Nothing is playing."


@pytest.mark.parametrize("text", ["stop the bus", "play the stop song", "", "."])
def test_a_longer_request_is_left_to_the_understanding(music: MusicSkill, text: str) -> None:
    assert music.read(text, "en-US") is None
