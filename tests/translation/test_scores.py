"""Scores of alignments, against counts by hand."""

from eulalia.translation.scores import score_links

TRUE = [([0], [0]), ([1], [1, 2]), ([2, 3], [3]), ([], [4])]


def test_a_perfect_alignment_has_one_throughout():
    score = score_links(TRUE, TRUE)
    assert (score.strict, score.lax) == (1, 1)


def test_a_link_that_is_partly_right_counts_as_lax_alone():
    score = score_links([([0], [0]), ([1], [1]), ([2], [9])], TRUE)
    assert (score.strict_precision, score.lax_precision) == (1 / 3, 2 / 3)
    assert (score.strict_recall, score.lax_recall) == (1 / 3, 2 / 3)


def test_what_is_left_out_rightly_counts_for_precision_alone():
    score = score_links([([], [4]), ([3], [])], TRUE)
    assert (score.strict_precision, score.strict_recall) == (0.5, 0)


def test_no_links_score_nothing():
    assert score_links([], TRUE).strict == score_links(TRUE, []).lax == 0
