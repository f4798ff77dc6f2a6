from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.passages import cut, joined, rejoined


@given(st.text(st.sampled_from("ab. ,!\n\t，。？⟦1⟧"), max_size=900), st.sampled_from(["en", "zh"]))
def test_sentences_joined_without_a_change_are_the_text_again(text, language):
    passage = cut(text, language)
    assert joined(passage, passage.sentences, language, "xx") == text or language == "zh"
    gaps = [gap for two in zip(passage.gaps, (*passage.sentences, ""), strict=True) for gap in two]
    assert "".join(gaps) == text
    assert all(sentence.strip() == sentence and sentence for sentence in passage.sentences)


def test_no_piece_is_very_long_and_no_mask_is_cut():
    text = "word ⟦12⟧, " * 2000
    passage = cut(text, "en")
    assert max(map(len, passage.sentences)) <= 400
    assert sum(sentence.count("⟦12⟧") for sentence in passage.sentences) == 2000


def test_marks_after_a_full_stop_stay_with_their_sentence():
    assert cut("⟦0⟧一。⟦1⟧二。", "zh").sentences == ("⟦0⟧一。", "⟦1⟧二。")
    assert cut("⟦0⟧一。二。⟦1⟧", "zh").sentences == ("⟦0⟧一。", "二。⟦1⟧")


def test_what_frames_a_passage_is_no_part_of_its_sentences():
    passage = cut(" One. Two. ", "en").framed("⟦0⟧", "⟦1⟧")
    assert joined(passage, ["一。", "二。"], "en", "zh") == "⟦0⟧ 一。二。 ⟦1⟧"
    assert joined(cut(" ", "en").framed("⟦0⟧", "⟦1⟧"), [], "en", "zh") == "⟦0⟧ ⟦1⟧"


def test_one_endless_word_is_cut_as_well():
    assert max(map(len, cut("x" * 5000, "en").sentences)) <= 400


def test_chinese_sentences_follow_each_other_without_a_space_and_english_ones_with_one():
    assert joined(cut("One. Two.", "en"), ["一。", "二。"], "en", "zh") == "一。二。"
    assert joined(cut("一。二。", "zh"), ["One.", "Two."], "zh", "en") == "One. Two."


@given(st.text(st.sampled_from("ab. "), max_size=60), st.sets(st.text(st.sampled_from("ab. "))))
def test_a_passage_put_together_again_is_still_the_text(text, known):
    passage = rejoined(cut(text, "en"), known.__contains__)
    gaps = [gap for two in zip(passage.gaps, (*passage.sentences, ""), strict=True) for gap in two]
    assert "".join(gaps) == text


def test_sentences_that_are_known_together_are_put_together():
    passage = cut("One. Two. Three.  Four.", "en")
    assert rejoined(passage, {"Two. Three."}.__contains__).sentences == (
        "One.",
        "Two. Three.",
        "Four.",
    )
    assert rejoined(passage, {"Two. Three.", "Two."}.__contains__) == passage
    assert rejoined(passage, {"One. Two. Three.  Four."}.__contains__).gaps == ("", "")
