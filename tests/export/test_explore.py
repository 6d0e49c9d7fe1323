"""Live figures: which states there are, that each is a figure, and what is refused."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import mlanim
from mlanim.commands.explore import explore
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.options import FigureOptions, options
from mlanim.engine.jobs.params import validated
from mlanim.engine.maker import Emit
from mlanim.engine.playback.loading import load
from mlanim.export.figures.figure import make_figure
from mlanim.export.live.groups import grouped, samples
from mlanim.export.live.payload import picture, start
from mlanim.export.live.pieces import PiecePool, Taken, apart
from mlanim.export.live.states import Refusal, StateDrawing, States
from mlanim.export.live.sweeps import ParameterSweep, split, sweep, themes
from mlanim.stage.data import as_record
from mlanim.stage.scene import SceneParams

PAIR = Path(__file__).parents[1] / "demo_scenes" / "pair.py"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The pair's states, drawn once; one of them is refused."""
    output = tmp_path_factory.mktemp("live") / "pair.html"
    return mlanim.explore(str(PAIR), sweep=["a", "b=1,3", "theme=light"], output=output)


def figure_svg(scene, folder, theme="light", only=(), transparent=False, **params):
    """The figure that `mlanim figure --live` makes, drawn in this process; or some panels of it."""
    entry = catalog.the_scene(str(scene))
    asked = {"theme": theme, "format": "svg", "text": True, "live": True, "output": f"{folder}/"}
    asked["transparent"] = transparent
    job = request.job(options(FigureOptions, params=params, **asked), entry)
    job = replace(job, page=replace(job.page, only=only))
    scene_class = load(entry, job)
    checked = validated(scene_class.Params, params, entry.name)
    data = as_record(scene_class.compute(checked))
    made = folder / "figure.svg"
    details = make_figure(job, scene_class, checked, data, made, Emit()).details
    return made.read_text(encoding="utf-8"), details


def drawn_in(svg):
    """What an SVG draws: each mark with what it inherits, names of its parts set aside."""
    svg = re.sub(r'(id="|href="#|url\(#)m[0-9a-f]*-', r"\1m-", svg)
    found = []

    def walk(node, inherited):
        tag = node.tag.rpartition("}")[2]
        if tag in ("title", "desc", "metadata"):
            return
        own = {**inherited, **{k: v for k, v in node.attrib.items() if k != "id" or tag != "g"}}
        if tag in ("path", "text", "image", "use", "rect"):
            found.append((tag, tuple(sorted(own.items())), node.text))
        for child in node:
            walk(child, own if tag == "g" else {})

    walk(ElementTree.fromstring(svg), {})
    return found


def coloured(svg, payload, theme):
    at = payload["themes"].index(theme)
    return re.sub(r"var\(--(\w+)\)", lambda name: payload["colors"][name[1]][at], svg)


def test_each_state_is_the_figure_of_its_parameters(live, tmp_path):
    (group,) = live.payload["groups"]
    for index, (a, b) in enumerate([(1, 1), (1, 3), (2, 1)]):
        shown = coloured(picture(live.payload, [index]), live.payload, "light")
        assert drawn_in(shown) == drawn_in(figure_svg(PAIR, tmp_path, a=a, b=b)[0])
        assert group["states"][index]["says"] == f"a is {a}. b is {b}."
    assert [control["texts"] for control in group["controls"]] == [["1", "2"], ["1", "3"]]
    assert [control["start"] for control in group["controls"]] == [0, 0]
    assert group["controls"][0]["help"] == "The <first> number."


def test_a_combination_that_the_scene_refuses_says_why(live):
    last = live.payload["groups"][0]["states"][3]
    assert last == {"refused": "a and b are more than 4 together; give smaller ones."}
    assert live.states == 3
    with pytest.raises(ValueError, match="more than 4"):
        picture(live.payload, [3])


def test_numbers_ride_along_with_each_state(live):
    payload = live.payload
    tables = [state["table"] for state in payload["groups"][0]["states"][:3]]
    values = [
        [payload["numbers"][one]["columns"] for one in payload["tables"][table]] for table in tables
    ]
    assert values[1] == [[("a", [1])], [("b", [3])]]
    assert len(payload["numbers"]) == 4  # each once: a of 1 and 2, b of 1 and 3


def test_the_same_page_has_the_same_bytes_and_is_not_drawn_again(live):
    again = mlanim.explore(str(PAIR), sweep={"a": [1, 2], "b": [1, 3], "theme": "light"})
    assert again.page == live.page == live.path.read_bytes()
    assert again.path is None
    assert "<iframe" in again._repr_html_()


def test_a_file_of_somebody_elses_is_not_replaced(tmp_path):
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        mlanim.explore(str(PAIR), output=tmp_path / "mine.html")
    with pytest.raises(UsageError, match="no page"):
        mlanim.explore(str(PAIR), output=tmp_path / "mine.png")


@pytest.fixture(scope="module")
def turned(tmp_path_factory):
    """dot_product's figure for a live page at three angles, in light, and at one in dark."""
    folder = tmp_path_factory.mktemp("turned")
    asked = [("light", 0), ("light", 90), ("light", 180), ("dark", 0)]
    return {(theme, a): figure_svg("dot_product", folder, theme, angle=a) for theme, a in asked}


def test_two_themes_are_one_picture_with_colours_for_each(turned):
    svgs = [turned[theme, 0][0] for theme in ("dark", "light")]
    taken = [apart(svg) for svg in svgs]
    pool = PiecePool(2)
    indices = pool.put([one.pieces for one in taken])
    pieces, colors = list(pool.pieces), pool.colors()
    for at, svg in enumerate(svgs):
        inside = "".join(pieces[index] for index in indices)
        shown = re.sub(r"var\(--(\w+)\)", lambda name, at=at: colors[name[1]][at], inside)
        assert "display:" not in shown  # they differ in colours alone
        head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        assert drawn_in(f"<svg {head}>{shown}</svg>") == drawn_in(svg)


def test_the_tip_of_x_is_a_handle_that_lies_where_it_was_computed(turned):
    along, upright, against = (turned["light", a][1]["handles"]["angle"] for a in (0, 90, 180))
    origin = [(one + other) / 2 for one, other in zip(along, against, strict=True)]
    across = along[0] - origin[0], along[1] - origin[1]
    up = upright[0] - origin[0], upright[1] - origin[1]
    length = across[0] ** 2 + across[1] ** 2
    assert across[0] * up[0] + across[1] * up[1] == pytest.approx(0, abs=1e-3 * length)
    assert length == pytest.approx(up[0] ** 2 + up[1] ** 2, rel=1e-3)


def test_panels_that_are_drawn_by_themselves_make_up_the_figure(tmp_path):
    whole, _ = figure_svg(PAIR, tmp_path, a=2, b=1)
    left, _ = figure_svg(PAIR, tmp_path, only=("a",), a=2)
    right, _ = figure_svg(PAIR, tmp_path, only=("b",), transparent=True, b=1)
    assert sorted([*drawn_in(left), *drawn_in(right)]) == sorted(drawn_in(whole))
    assert apart(left).size == apart(right).size == apart(whole).size


def test_variants_that_differ_in_more_than_colour_are_both_there():
    pool = PiecePool(2)
    indices = pool.put([('<path d="m0 0" style="fill:#000000;"/>',), ('<path d="m1 1"/>',)])
    (piece,) = (list(pool.pieces)[index] for index in indices)
    assert piece.count("<path") == 2
    assert sorted(pool.colors().values()) == [["inline", "none"], ["none", "inline"]]
    longer = pool.put([("<a/>", "<b/>"), ("<a/>",)])
    assert [list(pool.pieces)[index].count("<a/>") for index in longer] == [2]


def test_a_figure_is_taken_apart_without_its_names_and_its_text_stays_text():
    svg = (
        '<?xml version="1.0"?>\n<svg viewBox="0 0 10.123 5" role="img"><title id="t">T</title>'
        '<g id="mabcdef-0"><path d="m0 0"/><g clip-path="url(#mabcdef-1)"><path d="m1 1"/></g></g>'
        '<g fill-opacity="0"><text x="1">a &lt; b</text></g></svg>'
    )
    assert apart(svg) == Taken(
        (10.12, 5.0),
        (
            '<path d="m0 0"/>',
            '<g clip-path="url(#m-1)"><path d="m1 1"/></g>',
            '<text fill-opacity="0" x="1">a &lt; b</text>',
        ),
    )


# Which values.


def model_of(scene):
    return load(catalog.the_scene(scene)).Params


def values(text, scene="dot_product"):
    name, said = split(text)
    return sweep(model_of(scene), name, said, {}, scene)


def test_a_range_has_both_ends_and_steps_without_rounding():
    found = values("angle=0:1:0.1")
    assert found.values == (*(float(f"0.{n}") for n in range(10)), 1.0)
    assert found.control["texts"][:2] == ["0.0", "0.1"]
    assert values("angle=0:10:4").values == (0.0, 4.0, 8.0)
    assert len(values("angle=0:180").values) == len(values("angle").values) == 21


def test_what_a_reader_turns_follows_from_the_parameter():
    assert values("angle=0:180:5").control["kind"] == "range"
    assert values("dataset", "saddles").control["kind"] == "buttons"
    assert values("activation", "chain_rule").control["kind"] == "menu"
    sentences = "sentence=the cat chased the mouse because it was hungry|the dog saw the cat"
    found = values(sentences, "attention")
    assert found.control["kind"] == "menu"
    assert found.values[1] == "the dog saw the cat"
    assert values("kernel=3,5", "combination_rules").values == (3, 5)
    assert values("kappa=2,20", "optimisers").control["start"] == 1  # the default


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("angel=0:1:1", "has no parameter of that name. Did you mean angle?"),
        ("angle=0:180:0", "a step of 0 comes to no end"),
        ("angle=0:180:-5", "a step of -5 comes to no end"),
        ("angle=180:0:5", "it ends at 0, which is not above 180"),
        ("angle=0:190:5", "185.0 is not allowed; angle is number, 0 to 180"),
        ("angle=0:180:0.000018", "10,000,001 values are more than the 1,000"),
        ("angle=0:x:1", "'x' is no number"),
        ("angle=nan:5:1", "'nan' is no number"),
        ("angle=0:1:2:3", "a range is LOW:HIGH or LOW:HIGH:STEP"),
        ("angle=90", "it has one value"),
        ("angle=a,b", "a is not allowed"),
        ("w", "has no end; say which values"),
        ("angle=", "--sweep takes NAME=LOW:HIGH:STEP"),
    ],
)
def test_values_that_cannot_be_are_refused_in_a_sentence(text, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        values(text)


def test_a_choice_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="lines is not allowed; dataset is one of digits, moons"):
        values("dataset=digits,lines", "saddles")
    with pytest.raises(UsageError, match="rows is a whole number"):
        values("rows=2:5:0.5", "derivative")
    with pytest.raises(UsageError, match="choose dark, light, print"):
        themes("dark,blue", ("dark", "light", "print"))


def test_a_declaration_that_names_no_parameter_is_refused_as_the_scene_is_read(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text(PAIR.read_text().replace('("a", "b=1,3")', '"aa=1,2"'))
    with pytest.raises(Exception, match=r"Pair\.explore names 'aa', which is no parameter"):
        load(catalog.the_scene(str(wrong)))


def test_every_scene_says_what_is_worth_a_slider():
    for entry in catalog.find():
        assert entry.explore, f"{entry.name}: give it an `explore`, as docs/writing-a-scene.md says"
        model = load(entry).Params
        found = [sweep(model, *split(text), {}, entry.name) for text in entry.explore]
        assert all(2 <= len(one.values) <= 50 for one in found), entry.name


# Which sweeps multiply: states without a drawing.


def states_of(look):
    """Two sweeps of two values each, whose panels `a` and `b` look as the function says."""
    control = {
        "name": "",
        "label": "",
        "help": "",
        "kind": "range",
        "texts": ["0", "1"],
        "start": 0,
    }
    sweeps = [ParameterSweep(name, (0, 1), {**control, "name": name}) for name in "ab"]
    found = States(catalog.the_scene("dot_product"), SceneParams, sweeps, ("dark",), {}, {})
    for place in samples(found):
        seen = look(*place)
        if seen is None:
            found.drawings[place] = Refusal("No.")
            continue
        alone = {name: Taken((1.0, 1.0), (piece,)) for name, piece in zip("abc", seen, strict=True)}
        found.drawings[place] = StateDrawing((Taken((1.0, 1.0), seen),), {}, {}, {}, alone)
    return found


def parts(look):
    return [([one.name for one in s.sweeps], s.panels) for s in grouped(states_of(look))]


def test_sweeps_of_panels_of_their_own_do_not_multiply():
    found = parts(lambda a, b: (f"a{a}", f"b{b}", "c"))
    assert found == [(["a"], ("a", "c")), (["b"], ("b",))]


def test_sweeps_that_share_a_panel_multiply():
    both = [(["a", "b"], ())]
    assert parts(lambda a, b: (f"a{a}{b}", "b", "c")) == both
    assert parts(lambda a, b: (f"a{a}", f"b{b}{a * b}", "c")) == both  # only together
    assert parts(lambda a, b: None if a and b else (f"a{a}", f"b{b}", "c")) == both


def test_the_start_is_row_by_row():
    control = {"texts": ["1", "2", "3"], "start": 2}
    assert start({"controls": [{"texts": ["x", "y"], "start": 1}, control]}) == 5


def test_a_payload_is_plain_json(live):
    assert json.loads(json.dumps(live.payload))["scene"] == "pair"


def test_the_command_refuses_in_the_words_of_its_options():
    for words, said in (
        (["dot_product", "--sweep", "angle=0:180:0"], "a step of 0 comes to no end"),
        (["dot_product", "neuron", "--sweep", "angle"], "--sweep is for one scene"),
        (["dot_product", "-o", "x.svg"], "'svg' is no page"),
        (["--all", "dot_product"], "Give one of: scenes, --chapter, --all"),
        (["dot_product", "--sweep", "angle", "--set", "angle=3"], "both swept and set"),
        (["dot_product", "--sweep", "angle", "--sweep", "angle"], "given twice"),
    ):
        ended = CliRunner().invoke(explore, words)
        assert isinstance(ended.exception, UsageError)
        assert said in str(ended.exception)
