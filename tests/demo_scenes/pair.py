"""Two numbers and their sum."""

from typing import Any

from pydantic import Field, model_validator

from mlanim.stage.vocabulary import LessonScene, Lines, Panel, SceneParams, table


class PairParams(SceneParams):
    """Two numbers."""

    a: int = Field(1, ge=1, le=2, description="The <first> number.")
    b: int = Field(1, ge=1, le=3, description="The second number.")

    @model_validator(mode="after")
    def _small(self) -> "PairParams":
        if self.a + self.b > 4:
            raise ValueError("a and b are more than 4 together; give smaller ones")
        return self


class Pair(LessonScene[PairParams, Any]):
    """A pair of numbers"""

    explore = ("a", "b=1,3")

    @staticmethod
    def compute(params: PairParams) -> Any:
        return {"sum": params.a + params.b}

    def numbers(self, name: str, value: int) -> Panel:
        picture = Lines("{name} is {value}", name=name, value=value)
        return Panel(name, picture, says=f"{name} is {value}.", data=table({name: [value]}))

    def construct(self) -> None:
        self.enter(self.numbers("a", self.params.a), say="One number")
        self.step(f"It is {self.params.a}", notes="The first.")

    def figure(self) -> list[Panel]:
        values = {"a": self.params.a, "b": self.params.b}
        return [self.numbers(name, value) for name, value in values.items()]
