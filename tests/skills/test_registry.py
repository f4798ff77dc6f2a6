"""Finding skills: those that load live, those that do not are told of."""

from importlib.metadata import EntryPoint

from eulalia.skills import Reply, find
from eulalia.skills.registry import GROUP


class Greeter:
    name = "greeter"
    intents = frozenset({"general_greet"})

    def handle(self, request):
        return Reply("Hello.")


class Rival(Greeter):
    name = "rival"


class Namesake(Greeter):
    intents = frozenset({"general_joke"})


class Broken:
    def __init__(self):
        raise OSError("the disk is gone")


def entry(value, name="one"):
    return EntryPoint(name, f"{__name__}:{value}", GROUP)


def found(*entries):
    complaints = []
    return [skill.name for skill in find(entries=entries, report=complaints.append)], complaints


def test_a_skill_is_made_from_its_entry_point():
    assert found(entry("Greeter")) == (["greeter"], [])


def test_a_skill_that_breaks_is_told_of_in_one_sentence_and_the_others_live():
    names, complaints = found(entry("Broken", "a"), entry("Greeter", "b"), entry("nowhere", "c"))
    assert names == ["greeter"]
    assert len(complaints) == 2
    assert "'a'" in complaints[0]
    assert "the disk is gone" in complaints[0]
    assert "nowhere" in complaints[1]


def test_what_is_no_skill_is_left_out():
    names, complaints = found(entry("GROUP"))
    assert names == []
    assert "no name, intents and handle" in complaints[0]


def test_no_two_skills_share_a_name_or_an_intent():
    names, complaints = found(entry("Greeter", "a"), entry("Namesake", "b"), entry("Rival", "c"))
    assert names == ["greeter"]
    assert "another skill has the name 'greeter'" in complaints[0]
    assert "'greeter' already answers for 'general_greet'" in complaints[1]


def test_without_a_listener_a_broken_skill_is_passed_over_in_silence():
    assert find(entries=[entry("Broken")]) == []
