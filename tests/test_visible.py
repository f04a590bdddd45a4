"""Nothing that a stream or a file name holds can steer the terminal, and what a person reads stays as it is."""

import re
import sys
import unicodedata

import pytest

from streamfold._visible import visible

EVERY = [chr(number) for number in range(sys.maxunicode + 1)]
STEERING = {"Cc", "Cs", "Zl", "Zp"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = "\u061c\u200e\u200f"
OTHERS = "\u180e\u200b\u2060\ufeff\ufff9\ufffa\ufffb" + "".join(EVERY[0xE0000:0xE0080])


def stays(character):
    return visible(character) == character


def test_controls_surrogates_and_separators_never_stay():
    assert [each for each in EVERY if unicodedata.category(each) in STEERING and stays(each)] == []


def test_what_changes_the_direction_of_text_never_stays():
    assert [each for each in EVERY if unicodedata.bidirectional(each) in BIDI and stays(each)] == []
    assert not any(map(stays, MARKS))


def test_what_hides_never_stays():
    assert [each for each in OTHERS if stays(each)] == []


def test_the_only_format_characters_that_stay_are_joiners_and_those_of_a_script():
    kept = [each for each in EVERY if unicodedata.category(each) == "Cf" and stays(each)]
    joiners = {"\u200c", "\u200d"}

    # number and verse signs that are seen, and what joins hieroglyphs
    scripts = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001345f]")
    assert {each for each in kept if not scripts.match(each)} == joiners


def test_every_other_character_stays():
    others = [each for each in EVERY if unicodedata.category(each) not in {*STEERING, "Cf", "Cn"}]
    assert [each for each in others if not stays(each)] == []


def test_what_is_visible_is_printable_text_on_one_line():
    shown = visible("".join(EVERY))

    assert len(shown.splitlines()) == 1
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\r\n\tb\x7f", r"a\r\n\tb\x7f"),
        ("user\u202etxt.exe", r"user\u202etxt.exe"),
        ("one\u2028two", r"one\u2028two"),
        ("lone \ud83d half", r"lone \ud83d half"),
        ("hi\U000e0041", r"hi\U000e0041"),
        (r"C:\new", r"C:\new"),
        ("", ""),
    ],
)
def test_an_escape_says_which_character_stood_there(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Grüße, 東京, مرحبا",
        "👩\u200d🚀 ❤\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "{} [] \\ é",
    ],
)
def test_what_a_person_writes_stays(text):
    assert visible(text) == text
