"""Pairs from pages that a server here gives, or keeps."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eulalia.translation.errors import TranslationError
from eulalia.translation.web import gather, read_list
from eulalia.translation.web.pages import Pages

ENGLISH = [
    "The network learns from the examples in three steps.",
    "First it reads 17 sentences and counts their words.",
    "Then it compares them with the translations of other people.",
    "At the end it writes the report, which you can print.",
]
GERMAN = [
    "Das Netz lernt in drei Schritten aus den Beispielen.",
    "Zuerst liest es 17 Sätze und zählt ihre Wörter.",
    "Dann vergleicht es sie mit den Übersetzungen anderer Leute.",
    "Am Ende schreibt es den Bericht, den man drucken kann.",
]
FRENCH = [
    "Le réseau apprend en trois étapes à partir des exemples.",
    "Il lit d'abord 17 phrases et compte les mots qu'elles contiennent.",
    "Ensuite il les compare avec les traductions d'autres personnes.",
    "À la fin il écrit le rapport, que vous pouvez imprimer.",
]


def page(sentences):
    return "<html><body>" + "".join(f"<p>{each}</p>" for each in sentences) + "</body></html>"


@contextmanager
def serving(answers):
    """A server whose answers are (status, headers, body) by path; yields its URL and its log."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["User-Agent"]))
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def html(sentences, charset="utf-8", told=True):
    headers = {"Content-Type": "text/html" + (f"; charset={charset}" if told else "")}
    return 200, headers, page(sentences).encode(charset)


def pages(tmp_path):
    return Pages(tmp_path / "kept", seconds_between=0)


def found(places, tmp_path, **changes):
    return gather(places, tmp_path, pages(tmp_path), ("en", "de"), **changes)


def test_pages_in_two_languages_become_pairs(tmp_path):
    answers = {"/en": html(ENGLISH), "/de": html(GERMAN, "latin-1")}
    with serving(answers) as (url, asked):
        result = found([(f"{url}/en", f"{url}/de")], tmp_path)
        assert [(p.source, p.target) for p in result.extraction.pairs] == list(
            zip(ENGLISH, GERMAN, strict=True)
        )
        assert [path for path, _ in asked] == ["/robots.txt", "/en", "/de"]
        assert {agent for _, agent in asked} == {"eulalia"}
        again = found([(f"{url}/en", f"{url}/de")], tmp_path)
        assert again.extraction.pairs == result.extraction.pairs
        assert len(asked) == 3


def test_saved_pages_need_no_network(tmp_path):
    (tmp_path / "a.html").write_text(page(ENGLISH), "utf-8")
    (tmp_path / "b.html").write_text(page(GERMAN), "utf-8")
    assert len(found([("a.html", "b.html")], tmp_path).extraction.pairs) == 4


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path):
    robots = b"User-agent: *\nDisallow: /private/\n"
    answers = {"/robots.txt": (200, {}, robots), "/en": html(ENGLISH), "/de": html(GERMAN)}
    with serving(answers) as (url, asked):
        places = [(f"{url}/en", f"{url}/de"), (f"{url}/private/en", f"{url}/de")]
        result = found(places, tmp_path)
    assert len(result.failed) == 1
    assert "does not allow" in result.failed[0]
    assert "/private/en" not in [path for path, _ in asked]
    assert result.pages == 1


def test_a_redirection_to_what_is_forbidden_is_not_followed(tmp_path):
    robots = b"User-agent: eulalia\nDisallow: /private\n"
    answers = {
        "/robots.txt": (200, {}, robots),
        "/en": (302, {"Location": "/private"}, b""),
        "/private": html(ENGLISH),
    }
    with (
        serving(answers) as (url, asked),
        pytest.raises(TranslationError, match="does not allow"),
    ):
        pages(tmp_path).get(f"{url}/en")
    assert "/private" not in [path for path, _ in asked]


def test_a_host_whose_robots_txt_fails_is_left_alone(tmp_path):
    with (
        serving({"/robots.txt": (503, {}, b""), "/en": html(ENGLISH)}) as (url, asked),
        pytest.raises(TranslationError, match=r"robots\.txt answered 503"),
    ):
        pages(tmp_path).get(f"{url}/en")
    assert [path for path, _ in asked] == ["/robots.txt"]


def test_a_host_is_asked_again_only_after_its_delay(tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr("eulalia.translation.web.pages.time.sleep", waited.append)
    robots = b"User-agent: *\nCrawl-delay: 7\n"
    with serving({"/robots.txt": (200, {}, robots), "/a": html(ENGLISH), "/b": html(GERMAN)}) as (
        url,
        _,
    ):
        own = pages(tmp_path)
        own.get(f"{url}/a")
        own.get(f"{url}/b")
    assert waited[0] == 0
    assert 6 < waited[1] <= 7


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, {}, b""), "answered 404"),
        ((200, {"Content-Type": "application/pdf"}, b"%PDF"), "only HTML is read"),
        ((200, {"Content-Type": "text/html"}, b"\xff\xfe\xfa"), "no encoding that it says"),
        ((200, {"Content-Type": "text/html"}, b"a" * (10 * 2**20 + 1)), "more than 10 MiB"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "answered 302"),
        ((302, {"Location": "ftp://127.0.0.1/en"}, b""), "which is no page"),
    ],
)
def test_a_page_that_cannot_be_had_is_told_in_a_sentence(tmp_path, answer, message):
    with serving({"/en": answer}) as (url, _):
        result = found([(f"{url}/en", f"{url}/en")], tmp_path)
    assert message in result.failed[0]
    assert not list(tmp_path.glob("kept/*"))


def test_a_host_that_is_not_there_is_told_in_a_sentence(tmp_path):
    result = found([("http://127.0.0.1:9/en", "http://127.0.0.1:9/de")], tmp_path)
    assert "cannot be reached" in result.failed[0]


def test_only_pages_about_the_subject_count(tmp_path):
    (tmp_path / "a.html").write_text(page(ENGLISH), "utf-8")
    (tmp_path / "b.html").write_text(page(GERMAN), "utf-8")
    places = [("a.html", "b.html")]
    assert found(places, tmp_path, about=["Examples", "cake"]).pages == 1
    off = found(places, tmp_path, about=["example", "cake"])
    assert (off.pages, off.off_subject, off.extraction.pairs) == (0, 1, [])


def test_pages_in_another_language_are_left_out(tmp_path):
    (tmp_path / "a.html").write_text(page(ENGLISH), "utf-8")
    (tmp_path / "b.html").write_text(page(FRENCH), "utf-8")
    result = found([("a.html", "b.html")], tmp_path)
    assert (result.foreign, result.extraction.pairs) == (1, [])


def test_unsure_pairs_are_left_out_and_counted(tmp_path):
    (tmp_path / "a.html").write_text(page(ENGLISH), "utf-8")
    (tmp_path / "b.html").write_text(page(GERMAN), "utf-8")
    result = found([("a.html", "b.html")], tmp_path, lowest=1.1)
    assert (result.extraction.pairs, result.extraction.unsure) == ([], 4)


@pytest.mark.parametrize("text", ["", "# nothing\n\n", "a b c\n", "a\n", "a\tb\tc\n", "a\t\n"])
def test_a_list_that_cannot_be_used_is_told_in_a_sentence(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(TranslationError, match=r"list\.txt"):
        read_list(path)


def test_a_list_has_addresses_and_paths(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# pages\nhttps://a.b/c https://a.b/d\n\nwith space.html\tother one.html\n")
    assert read_list(path) == [
        ("https://a.b/c", "https://a.b/d"),
        ("with space.html", "other one.html"),
    ]
