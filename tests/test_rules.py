"""Each rule is told of by exactly the stream that breaks it, and the presets only say which breaches raise."""

import pickle
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfold import GenerationFailed, Message, StreamError, StreamInterrupted, _catalogue, check, errors, fold
from streamfold.rules import CLOSED, LENIENT, RULES, STANDARD, STRICT, Moment, Rule, Rules, Severity

PRESETS = (STRICT, STANDARD, LENIENT)
ALL = (*PRESETS, CLOSED)
FATAL = {"no-message-end", "event-cut", "interrupted", "limit-exceeded"}

ERRORS = {
    "shape": errors.ShapeError,
    "message": errors.OrderError,
    "part": errors.OrderError,
    "joint": errors.OrderError,
    "content": errors.OrderError,
    "citation": errors.CitationError,
    "call": errors.ToolCallError,
    "outcome": errors.OutcomeError,
    "input": errors.StreamIncomplete,
}
ERRORS_OF_THEIR_OWN = {
    "api-error": errors.ApiError,
    "generation-failed": GenerationFailed,
    "interrupted": StreamInterrupted,
    "limit-exceeded": errors.LimitExceeded,
}

# What comes at the position at which a rule of each moment is judged.
COMES = {
    Moment.CALL_END: ("tool-call-end",),
    Moment.TARGET_END: ("citation-start", "content-end"),
    Moment.MESSAGE_END: ("message-end",),
    Moment.INPUT_END: ("the end of the input",),
}

# What is promised of each rule: how its breach is graded under STRICT, STANDARD and LENIENT, and what it is about.
E, W = Severity.ERROR, Severity.WARNING
PROMISED = {
    (E, E, E): {
        "input": "no-message-end event-cut interrupted limit-exceeded",
    },
    (E, E, W): {
        "shape": "event-unreadable not-an-object type-missing api-error foreign-api field-missing field-wrong-type",
        "message": "no-message-start message-start-repeated after-message-end placeholder-filled",
        "part": "part-restarted delta-outside-part end-outside-part part-left-open",
        "content": "content-kind-mismatch",
        "citation": "citation-target-missing citation-outside citation-text-differs",
        "call": (
            "call-id-missing call-name-missing call-id-repeated arguments-cut arguments-malformed "
            "arguments-not-object arguments-duplicate-key arguments-number"
        ),
        "outcome": "generation-failed finish-reason-missing finish-reason-disagrees message-id-differs",
    },
    (E, W, W): {
        "shape": "list-shape sse-name-differs",
        "message": "message-id-missing role-unexpected placeholder-missing",
        "part": "index-skipped index-missing",
        "joint": (
            "parts-interleaved content-repeated thinking-late text-with-calls plan-with-content "
            "plan-after-call citation-interrupted"
        ),
        "content": "start-filled",
        "citation": (
            "citation-source-count citation-of-thinking citation-kind-differs citation-early "
            "citation-late citation-utf16"
        ),
        "call": "call-type-unexpected arguments-null",
        "outcome": (
            "finish-reason-unknown error-disagrees answer-missing usage-missing usage-malformed message-end-id"
        ),
    },
    (W, W, W): {
        "shape": "unknown-event unknown-field",
        "content": "content-type-unknown",
        "input": "sentinel-cut",
    },
}

rules = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
presets = pytest.mark.parametrize("preset", ALL, ids=[preset.name for preset in ALL])
codes = st.sampled_from(sorted(RULES))
free_codes = st.sampled_from(sorted(set(RULES) - FATAL))
severities = st.sampled_from(Severity)


def stream(events):
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event


def mutations(events):
    """Each stream with one event dropped, doubled, or changed with its neighbour."""
    for at in range(len(events)):
        yield f"without {at}", (*events[:at], *events[at + 1 :])
        yield f"{at} twice", (*events[: at + 1], *events[at:])
    for at in range(len(events) - 1):
        yield f"{at} and {at + 1} swapped", (*events[:at], events[at + 1], events[at], *events[at + 2 :])


# The examples


@rules
def test_the_example_of_a_rule_breaks_that_rule_once_and_no_other(rule):
    report = check(stream(rule.example))

    assert [violation.code for violation in report.violations] == [rule.code]
    assert report.violations[0].is_root
    assert report.violations[0].rule is rule
    assert report.violations[0].repair == rule.repair


@rules
@presets
def test_a_breach_raises_exactly_where_it_is_an_error(rule, preset):
    raised = None
    try:
        message = fold(stream(rule.example), preset)
    except StreamError as error:
        raised = error

    assert (raised is not None) == (preset[rule.code] is Severity.ERROR)
    if raised is None:
        assert type(message) is Message
        assert [violation.code for violation in message.violations] == [rule.code]
    else:
        assert raised.violations == (raised.violation,)
        assert raised.violation.rule is rule


@rules
def test_a_breach_raises_the_error_of_its_rule(rule):
    with pytest.raises(StreamError) as raised:
        fold(stream(rule.example), CLOSED)

    assert type(raised.value) is ERRORS_OF_THEIR_OWN.get(rule.code, ERRORS[rule.group])


@rules
def test_a_rule_is_judged_at_its_moment(rule):
    (violation,) = check(stream(rule.example)).violations
    positions = len([event for event in rule.example if not isinstance(event, Exception)])

    assert violation.came.split(" 0")[0] in COMES.get(rule.moment, (violation.came.split(" 0")[0],))
    assert (violation.position == positions) == (rule.moment is Moment.INPUT_END)
    assert rule.code.startswith("arguments-") == (rule.moment is Moment.CALL_END)
    assert violation.about is None or rule.moment in (Moment.TARGET_END, Moment.MESSAGE_END)


@rules
def test_breaches_at_one_position_come_in_the_order_of_the_catalogue(rule):
    order = list(RULES)
    for name, events in mutations(rule.example):
        for _, at_once in groupby(check(stream(events)).violations, key=lambda violation: violation.position):
            told = [violation.code for violation in at_once]

            assert told == sorted(told, key=order.index), name


@rules
@presets
def test_what_a_spoilt_example_raises_is_the_first_error_of_its_check(rule, preset):
    for name, events in mutations(rule.example):
        report = check(stream(events), preset)
        raised = None
        try:
            message = fold(stream(events), preset)
        except StreamError as error:
            raised = error

        assert (raised is None) == report.ok, name
        assert report.message == (message if raised is None else None), name
        assert raised is None or raised.violation == report.errors[0], name


# The catalogue


def test_no_two_rules_have_one_code():
    tables = [table for table in vars(_catalogue).values() if isinstance(table, tuple)]
    listed = [rule for table in tables for rule in table if isinstance(rule, Rule)]

    assert listed == list(RULES.values())
    assert [rule.code for rule in listed] == list(RULES)


@rules
def test_a_rule_says_what_it_is(rule):
    words = (rule.code, rule.sentence, rule.breach, rule.repair, rule.source)

    assert all(words)
    assert rule.code == "-".join(rule.code.lower().split())
    assert not any(word.endswith(".") for word in words)
    assert rule.group in ERRORS
    assert rule.moment in Moment
    assert rule.example


def test_each_rule_is_graded_as_it_was_promised():
    assert {(rule.code, rule.group, rule.grades) for rule in RULES.values()} == {
        (code, group, grades)
        for grades, groups in PROMISED.items()
        for group, codes in groups.items()
        for code in codes.split()
    }


@rules
def test_no_preset_is_stricter_than_the_one_before(rule):
    assert rule.grades == (rule.strict, rule.standard, rule.lenient)
    assert rule.strict >= rule.standard >= rule.lenient
    assert [preset[rule.code] for preset in PRESETS] == list(rule.grades)


@given(codes, codes)
def test_a_breach_excuses_only_what_is_graded_no_higher_under_any_preset(root, consequence):
    excuses = RULES[root].excuses(RULES[consequence])

    assert excuses == all(preset[root] >= preset[consequence] for preset in PRESETS)


def test_what_is_an_error_under_lenient_has_no_message_to_return():
    assert {code for code in RULES if LENIENT[code] is Severity.ERROR} == FATAL
    assert {code for code in RULES if check(stream(RULES[code].example), LENIENT).message is None} == FATAL


def test_closed_makes_an_error_of_all_that_strict_only_warns_of():
    assert {CLOSED[code] for code in RULES} == {Severity.ERROR}
    assert {STRICT[code] for code in RULES} == {Severity.ERROR, Severity.WARNING}
    assert CLOSED.name == "closed"


# Rules as values


@presets
def test_a_preset_is_a_value(preset):
    twin = Rules(preset.name, dict(preset.severities))
    others = [other for other in ALL if other is not preset]

    assert preset == twin
    assert hash(preset) == hash(twin)
    assert pickle.loads(pickle.dumps(preset)) == preset
    assert hash(pickle.loads(pickle.dumps(preset))) == hash(preset)
    assert preset not in others
    assert len({*ALL, twin}) == len(ALL)
    assert repr(preset) == f"Rules(name={preset.name!r})"


@given(st.dictionaries(free_codes, severities), st.sampled_from(ALL))
def test_changes_override_what_they_name_and_nothing_else(changes, preset):
    before = dict(preset.severities)
    changed = preset.with_(changes)

    assert {code: changed[code] for code in RULES} == {**before, **changes}
    assert preset.severities == before
    assert changed.name == (f"{preset.name} with changes" if changes else preset.name)
    assert type(changed) is Rules


@given(free_codes, severities, st.data())
def test_a_severity_may_be_named_in_any_case(code, severity, data):
    letters = [data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in severity.name]
    changed = STANDARD.with_({code: "".join(letters)}, name="mine")

    assert changed == STANDARD.with_({code: severity}, name="mine")
    assert changed[code] is severity


def test_changed_rules_may_have_a_name_and_be_changed_again():
    mine = STRICT.with_({"parts-interleaved": "warning"}, name="mine")
    again = mine.with_({"unknown-event": "ignore"})

    assert mine.name == "mine"
    assert again.name == "mine with changes"
    assert (again["parts-interleaved"], again["unknown-event"]) == (Severity.WARNING, Severity.IGNORE)
    assert STRICT.with_({}, name="strict") == STRICT


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"no-such-rule": "error"}, "no rule has the code 'no-such-rule'"),
        ({"": Severity.ERROR}, "no rule has the code ''"),
        ({"unknown-event": "fatal"}, "'fatal' is no severity; expected error, warning or ignore"),
        ({"unknown-event": ""}, "'' is no severity; expected error, warning or ignore"),
        (
            {"unknown-event": "error", "role-unexpected": "Warn"},
            "'Warn' is no severity; expected error, warning or ignore",
        ),
        *(({code: "error"}, f"{code} is an error under all rules") for code in sorted(FATAL)),
        *(({code: Severity.IGNORE}, f"{code} is an error under all rules") for code in sorted(FATAL)),
    ],
)
def test_what_cannot_be_changed_is_refused(changes, text):
    with pytest.raises(ValueError) as raised:
        STANDARD.with_(changes)

    assert str(raised.value) == text


def test_rules_without_a_change_are_the_rules_that_they_were():
    assert STRICT.with_({}) == STRICT
    assert STRICT.with_({}).name == "strict"


def test_changes_decide_what_raises():
    example = RULES["parts-interleaved"].example
    forbidden = STANDARD.with_({"parts-interleaved": "error"})
    ignored = STRICT.with_({"parts-interleaved": Severity.IGNORE})

    with pytest.raises(errors.OrderError):
        fold(example, forbidden)
    assert fold(example, ignored) == fold(example, STANDARD)
    assert [check(example, each).ok for each in (forbidden, ignored)] == [False, True]
    assert [len(check(example, each).warnings) for each in (STANDARD, ignored)] == [1, 0]


# What else a value keeps to


def test_rules_that_are_equal_hash_alike_whatever_the_order_of_their_codes():
    backwards = Rules("strict", dict(reversed(STRICT.severities.items())))

    assert backwards == STRICT
    assert hash(backwards) == hash(STRICT)


def test_nobody_can_change_a_preset():
    severities = pickle.loads(pickle.dumps(STRICT)).severities

    with pytest.raises(TypeError):
        severities["unknown-event"] = Severity.ERROR


def test_a_severity_that_is_neither_a_severity_nor_a_name_is_refused():
    with pytest.raises(ValueError) as raised:
        STANDARD.with_({"unknown-event": 2})

    assert str(raised.value) == "2 is no severity; expected error, warning or ignore"
