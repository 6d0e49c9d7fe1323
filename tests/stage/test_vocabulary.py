"""The module from which scenes take their words names all of them, and says what each is."""

import importlib
import inspect
import pkgutil

import mlanim.stage
from mlanim.stage import vocabulary
from mlanim.stage.picture import Composed, Picture
from mlanim.stage.plots.marked import Marked
from mlanim.stage.scene import LessonScene

NOT_WORDS = {Composed, Marked}  # for mobjects placed by hand; what charts are made on


def test_every_word_is_there_and_explained():
    public = {name for name in vars(vocabulary) if not name.startswith("_")} - {"annotations"}
    assert set(vocabulary.__all__) == public
    for name in vocabulary.__all__:
        assert inspect.getdoc(getattr(vocabulary, name)), name
        if not name[0].islower() and name not in ("Box", "Table"):
            assert f"`{name}`" in (vocabulary.__doc__ or ""), name


def test_every_general_picture_is_a_word():
    rooms = ("plots", "graphs", "pictures")
    names = [
        info.name
        for info in pkgutil.walk_packages(mlanim.stage.__path__, "mlanim.stage.")
        if info.name.count(".") == 3 and info.name.split(".")[2] in rooms and not info.ispkg
    ]
    words = {getattr(vocabulary, name) for name in vocabulary.__all__}
    found = {
        cls
        for name in names
        for cls in vars(importlib.import_module(name)).values()
        if inspect.isclass(cls) and issubclass(cls, Picture) and cls.__module__ == name
    }
    assert found - words - NOT_WORDS == set()
    assert LessonScene in words
