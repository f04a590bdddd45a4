"""An event is read as what it says or not at all, and what was read can be written again, field by field."""

from collections import UserDict
from types import MappingProxyType
from typing import Any

import pytest
from attrs import fields
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold import events as on
from streamfold._frozen import FrozenDict, TooDeep, freeze
from streamfold._to_wire import source_to_wire, to_wire
from streamfold._wire import SPOILING, Finding, read

DEPTH = 64
NOTE = "note"  # no event has such a field

texts = st.text(st.characters() | st.sampled_from("\ud83d\udc19"), max_size=4)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, json, max_size=3)
integers = st.integers(-(2**64) + 1, 2**64 - 1)

# Sources, each beside what it is read into.
unknown_fields = st.dictionaries(st.sampled_from(["extra", "fields", NOTE, ""]), json, max_size=2)


def _known_source(kind, name, held):
    known = st.fixed_dictionaries({}, optional={"id": texts, held: objects})
    return st.builds(
        lambda inner, extra: (
            {"type": name, **inner, **extra},
            kind(**{key: freeze(value, DEPTH) for key, value in inner.items()}, extra=FrozenDict(extra)),
        ),
        known,
        unknown_fields,
    )


def _kept(source):
    return source, on.OtherSource(FrozenDict(source))


strange_sources = st.one_of(
    objects.filter(lambda source: source.get("type") not in ("document", "tool")),
    st.builds(
        lambda rest, name: {**rest, "type": name}, objects, json.filter(lambda it: it not in ("document", "tool"))
    ),
    st.sampled_from(["document", "tool"]).map(lambda name: {"type": name, "id": 5}),
    st.builds(
        lambda wrong: {"type": "document", "document": wrong},
        json.filter(lambda it: type(it) not in (dict, type(None))),
    ),
    st.builds(
        lambda wrong: {"type": "tool", "tool_output": wrong}, json.filter(lambda it: type(it) not in (dict, type(None)))
    ),
)
sources = st.one_of(
    _known_source(on.DocumentSource, "document", "document"),
    _known_source(on.ToolSource, "tool", "tool_output"),
    strange_sources.map(_kept),
)

# What stands on the wire for each type that a field of an event class has, beside what it is read into.
SAME = {
    str: texts,
    str | None: texts,
    int: integers,
    int | None: integers,
    Any: json.filter(lambda it: it is not None),
}
VALUES = {
    **{kind: values.map(lambda value: (value, freeze(value, DEPTH))) for kind, values in SAME.items()},
    FrozenDict | None: objects.map(lambda value: (value, FrozenDict(value))),
    tuple[on.Source, ...]: st.lists(sources, max_size=3).map(
        lambda pairs: ([wire for wire, _ in pairs], tuple(source for _, source in pairs))
    ),
}


def slots(kind):
    return [each for each in fields(kind) if "path" in each.metadata]


def put(wire, path, value):
    *above, last = path
    for key in above:
        wire = wire.setdefault(key, {})
    wire[last] = value


def levels(kind):
    """The paths of all objects in the JSON of an event class."""
    return sorted(
        {each.metadata["path"][:depth] for each in slots(kind) for depth in range(len(each.metadata["path"]))}
    )


@st.composite
def events(draw, kinds=on.EVENTS):
    """An event as it stands on the wire, beside the typed one."""
    kind = draw(st.sampled_from(kinds))
    wire, values = {"type": kind.wire_type}, {}
    for each in slots(kind):
        if each.metadata["required"] or draw(st.booleans()):
            held, values[each.name] = draw(VALUES[each.type])
            put(wire, each.metadata["path"], held)
    unknown = {}
    for path in draw(st.lists(st.sampled_from([(), *levels(kind)]), unique=True, max_size=3)):
        value = draw(json)
        put(wire, (*path, NOTE), value)
        put(unknown, (*path, NOTE), value)
    absent = {each.name: None for each in slots(kind) if each.name not in values}
    return wire, kind(**absent, **values, extra=FrozenDict(unknown))


def minimal(kind, **given_values):
    """The shortest event of a class, and one with a field more for each value that is given."""
    examples = {str: "x", int: 1}
    wire = {"type": kind.wire_type}
    for each in slots(kind):
        if each.name in given_values or each.metadata["required"]:
            put(wire, each.metadata["path"], given_values.get(each.name, examples.get(each.type)))
    return wire


def places(*types):
    """Every field of every event class whose type is one of *types*, or any."""
    return [
        pytest.param(kind, each, id=f"{kind.wire_type} {each.name}")
        for kind in on.EVENTS
        for each in slots(kind)
        if not types or each.type in types
    ]


class Sent:
    """An object that knows what was on the wire, as those of an SDK do."""

    def __init__(self, wire):
        self.wire = wire

    def model_dump(self, *, exclude_unset=False, by_alias=False):
        return self.wire if exclude_unset and by_alias else {**self.wire, "unset": None}


# There and back

# Every field of every class in its place, as in the API's reference.
FULL = (
    (
        {
            "type": "message-start",
            "id": "m",
            "delta": {
                "message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [1], "citations": [2]}
            },
        },
        on.MessageStart("m", "assistant", [], "", [1], [2]),
    ),
    (
        {
            "type": "content-start",
            "index": 1,
            "delta": {"message": {"content": {"type": "text", "text": "a", "thinking": "b"}}},
        },
        on.ContentStart(1, "text", "a", "b"),
    ),
    (
        {
            "type": "content-delta",
            "index": 1,
            "delta": {"message": {"content": {"text": "a", "thinking": "b"}}},
            "logprobs": {"token_ids": [1]},
        },
        on.ContentDelta(1, "a", "b", FrozenDict(token_ids=[1])),
    ),
    ({"type": "content-end", "index": 1}, on.ContentEnd(1)),
    ({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "a"}}}, on.ToolPlanDelta("a")),
    (
        {
            "type": "tool-call-start",
            "index": 1,
            "delta": {
                "message": {
                    "tool_calls": {"id": "f_1", "type": "function", "function": {"name": "f", "arguments": "{"}}
                }
            },
        },
        on.ToolCallStart(1, "f_1", "function", "f", "{"),
    ),
    (
        {
            "type": "tool-call-delta",
            "index": 1,
            "delta": {"message": {"tool_calls": {"function": {"arguments": "{"}}}},
        },
        on.ToolCallDelta(1, "{"),
    ),
    ({"type": "tool-call-end", "index": 1}, on.ToolCallEnd(1)),
    (
        {
            "type": "citation-start",
            "index": 1,
            "delta": {
                "message": {
                    "citations": {
                        "start": 2,
                        "end": 3,
                        "text": "a",
                        "sources": [
                            {"type": "document", "id": "d", "document": {"title": "b"}},
                            {"type": "tool", "id": "f_1:0", "tool_output": {"c": "d"}},
                        ],
                        "type": "TEXT_CONTENT",
                        "content_index": 4,
                    }
                }
            },
        },
        on.CitationStart(
            1,
            2,
            3,
            "a",
            (on.DocumentSource("d", FrozenDict(title="b")), on.ToolSource("f_1:0", FrozenDict(c="d"))),
            "TEXT_CONTENT",
            4,
        ),
    ),
    ({"type": "citation-end", "index": 1}, on.CitationEnd(1)),
    (
        {
            "type": "message-end",
            "id": "m",
            "delta": {"finish_reason": "ERROR", "usage": {"tokens": {}}, "error": "a", "error_type": "b"},
        },
        on.MessageEnd("ERROR", FrozenDict(tokens={}), "a", "b", "m"),
    ),
    ({"type": "debug", "prompt": "a"}, on.Debug("a")),
)


@pytest.mark.parametrize(("wire", "event"), FULL, ids=[wire["type"] for wire, _ in FULL])
def test_each_field_has_its_place_on_the_wire(wire, event):
    assert read(wire, DEPTH) == (wire, event, ())
    assert to_wire(event) == wire


def test_each_class_has_its_place_on_the_wire():
    assert [type(event) for _, event in FULL] == list(on.EVENTS)
    assert [field.name for _, event in FULL for field in slots(type(event)) if getattr(event, field.name) is None] == []


@given(events())
def test_an_event_is_read_into_its_class_and_written_as_it_came(pair):
    wire, event = pair
    reading = read(wire, DEPTH)

    assert reading.raw == wire
    assert reading.event == event
    assert to_wire(reading.event) == wire


@given(events())
def test_only_unknown_fields_are_found_in_an_event_that_fits(pair):
    wire, event = pair
    findings = read(wire, DEPTH).findings

    assert [finding.code for finding in findings] == ["unknown-field"] * bool(event.extra)


@given(events())
def test_a_typed_event_and_an_object_of_an_sdk_are_read_like_their_mapping(pair):
    wire, event = pair
    reading = read(wire, DEPTH)

    assert read(event, DEPTH) == reading
    assert read(Sent(wire), DEPTH) == reading
    assert read(MappingProxyType(wire), DEPTH) == reading
    assert read(UserDict(wire), DEPTH) == reading


@given(events())
def test_what_was_read_does_not_change_with_what_came(pair):
    wire, event = pair
    reading = read(wire, DEPTH)
    for value in wire.values():
        if isinstance(value, dict):
            value.clear()
    wire.clear()

    assert reading.event == event
    assert to_wire(reading.event) == reading.raw


@given(
    st.dictionaries(texts, json, max_size=3),
    texts.filter(lambda name: name not in {kind.wire_type for kind in on.EVENTS}),
)
def test_an_event_of_an_unknown_type_is_kept_as_it_came(rest, name):
    wire = {**rest, "type": name}
    reading = read(wire, DEPTH)

    assert reading == (wire, on.Unknown(FrozenDict(wire)), (Finding("unknown-event"),))
    assert reading.event.wire_type == name
    assert to_wire(reading.event) == wire
    assert read(reading.event, DEPTH) == reading


def test_an_unknown_event_whose_type_is_known_is_read_as_that():
    wire = {"type": "content-end", "index": 3}

    assert read(on.Unknown(FrozenDict(wire)), DEPTH).event == on.ContentEnd(3)


def test_what_is_unreadable_stays_what_it_is():
    event = on.Unreadable("data: {", "cut", cut=True)

    assert read(event, DEPTH) == ("data: {", event, ())


# What the Cohere SDK makes of a server-sent event that is no JSON.
SPOILT = {"id": "", "event": "content-delta", "data": '{"type": "con', "retry": None}


@pytest.mark.parametrize("spoilt", [SPOILT, SPOILT | {"id": "7", "retry": 5}])
def test_what_an_sdk_could_not_read_is_unreadable_and_no_message_start(spoilt):
    event = on.Unreadable('{"type": "con', "the SDK could not read it")

    assert read(Sent(spoilt), DEPTH) == (event.text, event, ())


@pytest.mark.parametrize("sent", [SPOILT | {"type": "message-start"}, SPOILT | {"data": {}}, {"id": "", "data": ""}])
def test_what_an_sdk_read_is_what_it_says(sent):
    assert read(Sent(sent), DEPTH) == read(sent, DEPTH)


def test_a_mapping_is_never_what_an_sdk_could_not_read():
    assert [finding.code for finding in read(SPOILT, DEPTH).findings] == ["type-missing"]


@pytest.mark.parametrize("sent", [None, 5, "x", [SPOILT]])
def test_an_object_of_an_sdk_that_is_no_mapping_is_no_event(sent):
    assert read(Sent(sent), DEPTH) == read(sent, DEPTH)


def test_a_class_is_no_event_though_its_objects_are():
    assert read(Sent, DEPTH) == (Sent, None, (Finding("not-an-object", expected="an object with a type"),))


# Nulls and lists


@pytest.mark.parametrize(("kind", "field"), places())
def test_a_field_that_is_null_is_a_field_that_is_not_there(kind, field):
    absent, null = minimal(kind), minimal(kind, **{field.name: None})
    put(null, field.metadata["path"], None)
    if not field.metadata["required"]:
        assert read(null, DEPTH)[1:] == read(absent, DEPTH)[1:]
    else:
        path = ".".join(field.metadata["path"])
        assert read(null, DEPTH)[1:] == (None, (Finding("field-missing", "", path, "it to be there"),))


@pytest.mark.parametrize("kind", on.EVENTS)
def test_a_field_that_has_to_be_there_is_missed(kind):
    required = [each.metadata["path"] for each in slots(kind) if each.metadata["required"]]
    for path in {each[:depth] for each in required for depth in range(1, len(each) + 1)}:
        wire = minimal(kind)
        remove(wire, path)
        missing = [".".join(other) for other in required if other[: len(path)] == path]

        assert read(wire, DEPTH) == (
            wire,
            None,
            tuple(Finding("field-missing", "", place, "it to be there") for place in missing),
        )


def remove(wire, path):
    *above, last = path
    for key in above:
        wire = wire[key]
    del wire[last]


OBJECTS = [(kind, path) for kind in on.EVENTS for path in levels(kind) if path]


def wrapped(wire, path, wrap):
    """The event with what stands at *path* wrapped in something."""
    if not path:
        return wrap(wire)
    key, *rest = path
    return {**wire, key: wrapped(wire.get(key, {}), rest, wrap)}


@given(st.data(), st.sampled_from(OBJECTS))
def test_a_list_of_one_object_is_taken_for_the_object(data, place):
    kind, path = place
    wire, event = data.draw(events([kind]))
    reading = read(wrapped(wire, path, lambda inner: [inner]), DEPTH)
    shape, *others = reading.findings

    assert shape == Finding("list-shape", "", ".".join(path), "an object")
    assert [finding.code for finding in others] == ["unknown-field"] * bool(event.extra)
    assert reading.event == event
    assert to_wire(reading.event) == to_wire(read(wire, DEPTH).event)


@pytest.mark.parametrize(("kind", "path"), OBJECTS)
def test_each_list_of_one_object_is_told_once(kind, path):
    wire = minimal(kind)
    for depth in range(len(path), 0, -1):
        wire = wrapped(wire, path[:depth], lambda inner: [inner])
    told = [finding for finding in read(wire, DEPTH).findings if finding.code == "list-shape"]

    assert [finding.path for finding in told] == [".".join(path[:depth]) for depth in range(1, len(path) + 1)]


@pytest.mark.parametrize(("kind", "path"), OBJECTS)
@pytest.mark.parametrize("wrong", [5, "x", True, [], [{}, {}], [[{}]], [5]])
def test_what_is_no_object_is_of_the_wrong_type(kind, path, wrong):
    reading = read(wrapped(minimal(kind), path, lambda _: wrong), DEPTH)

    assert reading.event is None
    assert reading.findings == (Finding("field-wrong-type", f"it is {wrong!r}", ".".join(path), "an object"),)


# Wrong types

WRONG = {
    "a string": [5, True, 1.5, [], {}, ["x"], {"a": "x"}],
    "an integer": ["5", True, 1.0, [], {}, [1]],
    "an object": ["x", 5, True, [], [1]],
    "a list": ["x", 5, True, {}, {"0": {}}],
}
EXPECTED = {
    str: "a string",
    str | None: "a string",
    int: "an integer",
    int | None: "an integer",
    FrozenDict | None: "an object",
    tuple[on.Source, ...]: "a list",
}


@pytest.mark.parametrize(("kind", "field"), places(*EXPECTED))
def test_a_field_of_the_wrong_type_is_told_with_its_path_and_what_was_expected(kind, field):
    expected = EXPECTED[field.type]
    path = ".".join(field.metadata["path"])
    for wrong in WRONG[expected]:
        wire = minimal(kind, **{field.name: wrong})

        assert read(wire, DEPTH) == (wire, None, (Finding("field-wrong-type", f"it is {wrong!r}", path, expected),))


@pytest.mark.parametrize(("kind", "field"), places(Any))
def test_a_placeholder_may_be_anything(kind, field):
    for value in [5, True, "x", [1], {"a": [{}]}]:
        reading = read(minimal(kind, **{field.name: value}), DEPTH)

        assert (getattr(reading.event, field.name), reading.findings) == (value, ())


@pytest.mark.parametrize(("kind", "field"), places(int, int | None))
def test_an_integer_has_at_most_64_bits(kind, field):
    path = ".".join(field.metadata["path"])
    for value in (2**64 - 1, -(2**64) + 1):
        assert getattr(read(minimal(kind, **{field.name: value}), DEPTH).event, field.name) == value
    for value, shown in ((2**64, str(2**64)), (-(2**64), str(-(2**64))), (10**5000, "an integer of 16610 bits")):
        reading = read(minimal(kind, **{field.name: value}), DEPTH)

        assert reading.event is None
        assert reading.findings == (Finding("field-wrong-type", f"it is {shown}", path, "an integer of 64 bits"),)


def test_all_that_is_wrong_in_one_event_is_told():
    wire = {
        "type": "citation-start",
        "index": "0",
        "delta": {"message": [{"citations": {"start": 1.5, "text": "x", "sources": {}, NOTE: 1}}]},
    }
    above = "delta.message.citations"

    assert read(wire, DEPTH) == (
        wire,
        None,
        (
            Finding("field-wrong-type", "it is '0'", "index", "an integer"),
            Finding("list-shape", "", "delta.message", "an object"),
            Finding("field-wrong-type", "it is 1.5", f"{above}.start", "an integer"),
            Finding("field-missing", "", f"{above}.end", "it to be there"),
            Finding("field-wrong-type", "it is {}", f"{above}.sources", "a list"),
        ),
    )


@given(json, st.sampled_from(on.EVENTS))
def test_what_cannot_be_read_is_kept_and_says_why(value, kind):
    for wire in (value, {**minimal(kind), "delta": value}, {**minimal(kind), "index": value}):
        reading = read(wire, DEPTH)

        assert reading.raw == wire
        assert (reading.event is None) == any(finding.code in SPOILING for finding in reading.findings)


# Fields that are not known


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind in on.EVENTS for path in levels(kind)])
def test_a_field_that_is_not_known_is_kept_in_its_place(kind, path):
    wire = minimal(kind)
    put(wire, (*path, NOTE), {"a": [1]})
    reading = read(wire, DEPTH)
    extra = {}
    put(extra, (*path, NOTE), {"a": [1]})

    assert reading.findings == (Finding("unknown-field", "", ".".join((*path, NOTE, "a")), ""),)
    assert reading.event.extra == extra


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({NOTE: 1, "other": 2}, "note"),
        ({NOTE: None}, "note"),
        ({NOTE: {}}, "note"),
        ({NOTE: {"a": {"b": []}}}, "note.a.b"),
        ({"x" * 100: {"y" * 100: 1}}, "x" * 40 + "." + "y" * 40),
        ({"": 1}, ""),
    ],
)
def test_the_path_of_a_field_that_is_not_known_is_told_in_short(extra, path):
    reading = read({"type": "debug", **extra}, DEPTH)

    assert reading.findings == (Finding("unknown-field", "", path, ""),)
    assert reading.event == on.Debug(None, FrozenDict(extra))


# Sources


@given(st.lists(sources, max_size=4))
def test_a_source_is_typed_or_kept_as_it_came(pairs):
    raw, typed = [source for source, _ in pairs], tuple(source for _, source in pairs)
    wire = minimal(on.CitationStart, sources=raw)
    reading = read(wire, DEPTH)

    assert reading.findings == ()
    assert reading.event.sources == typed
    assert [source_to_wire(source) for source in typed] == raw


@given(strange_sources)
@example({})
@example({"type": None})
@example({"type": ["document"]})
@example({"type": "tool", "tool_output": [{}]})
@example({"type": "document", "id": 2**70})
def test_a_source_of_an_unknown_kind_or_with_a_wrong_type_inside_is_kept_as_it_came(source):
    (read_source,) = read(minimal(on.CitationStart, sources=[source]), DEPTH).event.sources

    assert read_source == on.OtherSource(FrozenDict(source))
    assert source_to_wire(read_source) == source


def test_a_source_may_have_null_for_what_it_lacks():
    source = {"type": "document", "id": None, "document": None}
    (read_source,) = read(minimal(on.CitationStart, sources=[source]), DEPTH).event.sources

    assert read_source == on.DocumentSource()
    assert source_to_wire(read_source) == {"type": "document"}


@pytest.mark.parametrize("wrong", [5, "x", None, [], [{}]])
def test_a_source_that_is_no_object_is_of_the_wrong_type(wrong):
    reading = read(minimal(on.CitationStart, sources=[{}, wrong]), DEPTH)

    assert reading.findings == (
        Finding("field-wrong-type", f"it is {wrong!r}", "delta.message.citations.sources", "an object"),
    )


# What is no event


@pytest.mark.parametrize("item", [None, 5, True, 1.5, "x", [], [{"type": "debug"}], ({"type": "debug"},), b"{}"])
def test_what_is_no_object_is_no_event(item):
    reading = read(item, DEPTH)

    assert reading.event is None
    assert reading.findings == (Finding("not-an-object", expected="an object with a type"),)
    assert reading.raw == (list(item) if isinstance(item, tuple) else item)


@pytest.mark.parametrize(
    ("wire", "finding"),
    [
        ({}, Finding("type-missing", "it is {}", "type", "a string")),
        ({"type": None}, Finding("type-missing", "it is {'type': None}", "type", "a string")),
        ({"type": 5, "message": "x"}, Finding("type-missing", "it is {'message': 'x', 'type': 5}", "type", "a string")),
        ({"type": ["debug"]}, Finding("type-missing", "it is {'type': ['debug']}", "type", "a string")),
        ({"message": "internal error"}, Finding("api-error", "it says 'internal error'")),
        ({"message": {"a": 1}, "id": "x"}, Finding("api-error", "it says {'a': 1}")),
        ({"message": "x" * 500}, Finding("api-error", f"it says '{'x' * 197}...{'x' * 198}'")),
        ({"event_type": "x", "message": "x"}, Finding("foreign-api", "event_type is of Cohere's chat API version 1")),
        ({"choices": [], "message": "x"}, Finding("foreign-api", "choices is of the chat completions of OpenAI")),
    ],
)
def test_an_object_without_a_type_is_told_for_what_it_is(wire, finding):
    assert read(wire, DEPTH) == (wire, None, (finding,))


@pytest.mark.parametrize("key", ["event_type", "choices", "message"])
def test_a_field_of_another_api_beside_a_type_is_only_not_known(key):
    reading = read({"type": "debug", key: "x"}, DEPTH)

    assert reading.findings == (Finding("unknown-field", "", key, ""),)


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_an_event_nests_no_deeper_than_allowed(wrap):
    value = 0
    for _ in range(9):
        value = wrap(value)
    wire = {"type": "debug", NOTE: value}

    assert read(wire, 10).event is not None
    assert read(on.Debug(extra=FrozenDict({NOTE: value})), 10).raw == wire
    for item in (wire, Sent(wire), on.Debug(extra=FrozenDict({NOTE: value})), on.Unknown(FrozenDict(wire))):
        with pytest.raises(TooDeep):
            read(item, 9)


def test_an_event_that_holds_itself_nests_too_deeply():
    wire = {"type": "debug"}
    wire["self"] = wire

    with pytest.raises(TooDeep):
        read(wire, DEPTH)


# Typed events that do not hold what their classes say


def test_a_field_in_the_place_of_a_known_object_raises_nothing():
    event = on.ContentDelta(0, "Hi", extra=FrozenDict(delta=5))

    assert read(event, DEPTH).raw["type"] == "content-delta"


@pytest.mark.parametrize("collection", [list, tuple])
def test_a_typed_citation_may_hold_its_sources_as_they_came(collection):
    event = on.CitationStart(0, 0, 1, "x", collection([{"type": "document", "id": "d"}]))

    assert read(event, DEPTH).event.sources == (on.DocumentSource("d"),)
