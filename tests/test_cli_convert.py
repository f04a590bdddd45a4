"""What is converted reads as the same streams, what cannot be is told, and no file is lost on the way."""

import gzip
import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import shell
from shell import CUT, ODD, ORPHANED, WELL, answer, lines, sse

from streamfold.cli import main
from streamfold.recordings import load

ROOT = Path(__file__).parent.parent
cli, file, refused = shell.cli, shell.file, shell.refused


def events_of(data):
    return [[located.event for located in recording.events] for recording in load(data)]


@pytest.mark.parametrize("layout", ["sse", "jsonl", "records"])
def test_streams_read_the_same_in_every_layout(layout, file, cli):
    names = [file("a.sse", WELL), file("b.jsonl", lines(*answer("é\x1b"), *answer("\ud83d"))), file("c.sse", ORPHANED)]

    status, out, err = cli("convert", "--to", layout, *names)

    assert (status, err) == (0, "")
    assert events_of(out.encode()) == [events for name in names for events in events_of(Path(name).read_bytes())]
    assert out.isascii()
    assert "\x1b" not in out


def test_cassettes_become_files_of_streams(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    status, out, err = cli("convert", "--to", "sse", "examples/tide.yaml")

    assert status == 0
    assert out.count("data: [DONE]") == 3
    assert err == "streamfold: examples/tide.yaml[0]: skipped: POST /v2/embed is no request for a chat\n"


def test_a_stream_with_what_is_no_json_is_told_and_left_out(file, cli):
    status, out, err = cli("convert", "--to", "jsonl", file("a.sse", WELL + CUT[:-20]), file("b.sse", WELL))

    assert status == 1
    assert events_of(out.encode()) == [answer(), answer()]
    assert err.startswith(f"streamfold: a.sse:{WELL.count(10) + 7}: an event that is no JSON: the input ended inside ")


def test_a_file_that_cannot_be_read_is_told(file, cli):
    status, out, err = cli("convert", "--to", "sse", "no.sse", file("a.sse", WELL))

    assert (status, events_of(out.encode())) == (2, [answer()])
    assert err == "streamfold: no.sse: No such file or directory\n"


def test_the_layout_has_to_be_named(refused):
    told = refused("convert", "a.sse")

    assert told.startswith("streamfold convert: error: the following arguments are required: --to; ")


# Where it is written


def test_a_file_is_written_whole(file, cli, tmp_path):
    assert cli("convert", "--to", "records", file("a.sse", WELL * 3), "-o", "all.jsonl") == (0, "", "")

    assert events_of((tmp_path / "all.jsonl").read_bytes()) == [answer()] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sse", "all.jsonl"]


def test_a_name_in_gz_is_packed_and_equal_input_gives_equal_files(file, cli, tmp_path):
    source = file("a.sse", WELL * 3)
    for name in ("one.gz", "two.gz"):
        assert cli("convert", "--to", "sse", source, "--output", name)[0] == 0

    one, two = ((tmp_path / name).read_bytes() for name in ("one.gz", "two.gz"))
    assert one == two
    assert events_of(gzip.decompress(one)) == [answer()] * 3


@pytest.mark.parametrize("name", ["a.sse", "./a.sse", "link.sse"])
def test_what_is_read_is_never_written(name, file, cli, tmp_path):
    file("a.sse", WELL)
    (tmp_path / "link.sse").symlink_to("a.sse")

    status, _, err = cli("convert", "--to", "jsonl", "a.sse", "-o", name)

    assert (status, err) == (2, f"streamfold: cannot write {name}: it is what is read\n")
    assert (tmp_path / "a.sse").read_bytes() == WELL


def test_an_old_file_is_replaced_only_by_a_whole_one(file, cli, tmp_path, monkeypatch):
    file("old.jsonl", b"old")
    assert cli("convert", "--to", "jsonl", file("a.sse", WELL), "-o", "old.jsonl")[0] == 0
    assert events_of((tmp_path / "old.jsonl").read_bytes()) == [answer()]

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("streamfold.cli._convert.dump", interrupted)
    status, _, err = cli("convert", "--to", "sse", "a.sse", "-o", "old.jsonl")

    assert (status, err) == (130, "streamfold: interrupted after 0 of 1 file, 0 streams\n")
    assert events_of((tmp_path / "old.jsonl").read_bytes()) == [answer()]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sse", "old.jsonl"]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no device that takes everything")
def test_a_device_is_written_as_it_is(file, cli):
    assert cli("convert", "--to", "sse", file("a.sse", WELL), "-o", "/dev/null") == (0, "", "")

    assert Path("/dev/null").is_char_device()


def test_a_folder_is_no_file_to_write(file, cli, tmp_path):
    (tmp_path / "folder").mkdir()

    assert cli("convert", "--to", "sse", file("a.sse", WELL), "-o", "folder")[::2] == (
        2,
        "streamfold: cannot write folder: Is a directory\n",
    )


def test_a_folder_that_is_not_there_is_told(file, cli):
    assert cli("convert", "--to", "sse", file("a.sse", WELL), "-o", "no/a.sse")[::2] == (
        2,
        "streamfold: cannot write no/a.sse.unfinished: No such file or directory\n",
    )


def test_output_may_go_to_any_text_stream(file):
    with redirect_stdout(io.StringIO()) as out:
        assert main(["convert", "--to", "sse", file("a.sse", ODD)]) == 0

    assert events_of(out.getvalue().encode()) == events_of(ODD)


# report


def test_a_report_shows_the_streams(file, cli, tmp_path):
    status, out, err = cli(
        "report", "--title", "Mine <b>", file("a.sse", WELL), file("b.sse", ORPHANED), "-o", "page.html"
    )

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (status, out, err) == (1, "", "")
    assert page.startswith("<!doctype html>")
    assert "Mine &lt;b&gt;" in page
    assert "delta-outside-part" in page
    assert page.count("<article") == 2


def test_a_report_goes_to_standard_output_as_bytes():
    process = shell.start("report", "-")

    status, out, err = shell.finished(process, sse(*answer("é 😀")))

    assert (status, err) == (0, b"")
    assert "é 😀" in out.decode()


def test_a_report_goes_by_the_rules(file, cli):
    warned, standard, _ = cli("report", file("a.sse", ODD))
    well, ignored, _ = cli("report", "--rule", "unknown-field=ignore", "a.sse")
    unwell, _, _ = cli("report", "--rule", "unknown-field=error", "a.sse")

    assert standard != ignored
    assert (warned, well, unwell) == (0, 0, 1)
