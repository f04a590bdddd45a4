"""A diff tells where messages differ, whatever they are read from, and nothing where they are equal."""

import json
from pathlib import Path

import shell
from shell import CUT, RESPONSE, WELL, answer, delta, lines, messages, sse

ROOT = Path(__file__).parent.parent
cli, file, refused = shell.cli, shell.file, shell.refused

OTHER = sse(*answer("Ho"))


def test_equal_messages_do_not_differ(file, cli):
    split = sse(*answer()[:2], delta("H"), delta("i"), *answer()[3:])

    assert cli("diff", file("a.sse", WELL), file("b.jsonl", lines(*answer()))) == (0, "", "")
    assert cli("diff", "a.sse", file("split.sse", split)) == (0, "", "")


def test_a_difference_is_told_with_its_path(file, cli):
    assert cli("diff", file("a.sse", WELL), file("b.sse", OTHER)) == (
        1,
        "content[0].text: 'Hi' on the left, 'Ho' on the right\n",
        "",
    )


def test_differences_can_be_ignored(file, cli):
    pair = file("a.sse", WELL), file("b.sse", OTHER.replace(b'"c1"', b'"c2"'))

    assert cli("diff", "--ignore", "content", "--ignore", "id", *pair) == (0, "", "")
    assert cli("diff", "--ignore", "content[0].text", *pair)[1] == "id: 'c1' on the left, 'c2' on the right\n"


def test_an_answer_without_streaming_is_a_message(file, cli):
    plain = file("a.json", json.dumps(RESPONSE, indent=2).encode())

    assert cli("diff", plain, file("a.sse", WELL)) == (0, "", "")
    assert cli("diff", plain, file("b.sse", OTHER))[0] == 1


def test_what_fold_printed_is_a_message(file, cli):
    golden = file("golden.jsonl", cli("fold", "--partial", file("a.sse", WELL + CUT))[1].encode())

    assert cli("diff", golden, "a.sse") == (0, "", "")
    assert cli("diff", golden, file("b.sse", WELL + CUT.replace(b"Hi", b"Ho")))[:2] == (
        1,
        "1: content[0].text: 'Hi' on the left, 'Ho' on the right\n",
    )


def test_a_message_that_one_side_lacks_is_told(file, cli):
    status, out, _ = cli("diff", file("a.sse", WELL), file("b.sse", WELL * 2))

    assert status == 1
    assert out.startswith("1: the whole: nothing on the left, Message(")


def test_of_a_stream_that_is_cut_what_arrived_is_compared(file, cli):
    _, out, _ = cli("diff", file("a.sse", WELL), file("cut.sse", CUT))

    assert "finish_reason: 'COMPLETE' on the left, None on the right\n" in out
    assert "salvaged: False on the left, nothing on the right\n" in out


def test_objects_are_for_machines(file, cli):
    status, out, _ = cli("diff", "--json", file("a.sse", WELL), file("b.sse", OTHER + WELL))

    first, second = messages(out)
    assert status == 1
    assert first == {"number": 0, "path": "content[0].text", "left": "Hi", "right": "Ho"}
    assert (second["number"], second["path"], "left" in second) == (1, "", False)
    assert second["right"]["content"][0]["text"] == "Hi"


def test_what_is_no_message_is_told(file, cli):
    wrong = file("a.json", b'{"message": {"content": 5}}')

    status, _, err = cli("diff", wrong, file("b.sse", WELL))

    assert status == 2
    assert err.startswith("streamfold: a.json:1: message.content: ")


def test_a_file_that_cannot_be_read_is_told(file, cli):
    assert cli("diff", file("a.sse", WELL), "no.sse")[::2] == (2, "streamfold: no.sse: No such file or directory\n")


def test_two_files_are_compared(refused):
    assert refused("diff", "a.sse") == (
        "streamfold diff: error: the following arguments are required: B; streamfold diff --help shows examples"
    )
