"""What happens in a world, drawn from a seed: a list of steps that is the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

__all__ = ["Schedule", "Step", "draw"]

PAUSES_MS = (0, 0, 5, 20, 20, 50, 50, 120, 300, 300, 800)
"""Most things happen soon after the one before."""

LONG_PAUSES_MS = (3_000, 6_000, 12_000)
"""Long enough for a ping, for its loss, and for a connection to be given up."""

LONG_SHARE = 0.06

BURST = 300
"""Turns of the wheel at once: more than a client keeps of input that is not confirmed."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens.

    Attributes:
        at: When, ms.
        action: What: the name of a method of `Actions`.
        viewer: To whom; of no meaning to some actions.
        detail: Of the action.
    """

    at: float
    action: str
    viewer: int
    detail: Any = None

    def __str__(self) -> str:
        detail = "" if self.detail is None else f" {self.detail}"
        return f"{self.at:9.1f} ms  {self.action} (viewer {self.viewer}){detail}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One world's fate.

    Attributes:
        seed: Of what is drawn while it runs, such as the jitter.
        settings: How the world is made.
        steps: In the order of their times.
    """

    seed: int
    settings: dict[str, Any]
    steps: tuple[Step, ...]


def draw(seed: int) -> Schedule:
    """The schedule of a seed."""
    random = Random(seed)
    viewers = random.choice((1, 1, 1, 2, 2, 3))
    settings = {
        "viewers": [_viewer(random) for _ in range(viewers)],
        "resize": random.choice(("publisher", "viewer")),
        "control": random.choice(("all", "all", "first")),
        "window": random.choice((None, None, None, 1, 2)),
        "max_fps": random.choice((None, None, 30)),
        "resume_s": random.choice((120, 120, 20)),
        "encode_s": random.choice((0.0, 0.002, 0.015, 0.06)),
    }
    at = 0.0
    steps = [Step(at, "start", viewer) for viewer in range(viewers) if viewer == 0 or random.random() < 0.7]
    steps.append(Step(at, "publish", 0, 1))
    for _ in range(random.randint(5, 18)):
        long = random.random() < LONG_SHARE
        at += random.choice(LONG_PAUSES_MS if long else PAUSES_MS)
        steps.append(_step(random, at, random.randrange(viewers)))
    return Schedule(seed, settings, tuple(steps))


def _viewer(random: Random) -> dict[str, Any]:
    chromas = random.choice((("rgb", "444", "420"), ("444", "420"), ("420",), ()))
    return {
        "delay_ms": random.choice((15.0, 20.0, 40.0, 100.0)),
        "jitter_ms": random.choice((0.0, 0.0, 10.0, 60.0)),
        "bytes_per_ms": random.choice((None, None, None, 8.0, 2.0)),
        "client": {
            "video": [{"codec": "h264", "chroma": chroma} for chroma in chromas],
            "decodeMs": random.choice((1, 4, 12, 45)),
            "imageMs": random.choice((2, 10, 50)),
            "width": random.choice((8, 12, 20)),
            "height": random.choice((6, 10)),
        },
    }


def _step(random: Random, at: float, viewer: int) -> Step:
    [action] = random.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))
    return Step(at, action, viewer, DETAILS.get(action, lambda _: None)(random))


WEIGHTS = {
    "publish": 14,
    "move": 4,
    "press": 7,
    "release": 5,
    "leave": 2,
    "key_down": 6,
    "key_up": 4,
    "wheel": 5,
    "cut": 9,
    "fall_silent": 3,
    "stall": 4,
    "resume": 4,
    "network": 3,
    "network_up": 4,
    "wake": 4,
    "hide": 4,
    "show": 4,
    "resize": 4,
    "machine": 5,
    "break_tier": 2,
    "reconfigure": 2,
    "restart": 2,
    "start": 3,
    "quit": 1,
    "program_busy": 1,
}
"""How often each action is drawn."""


def _machine(random: Random) -> dict[str, Any]:
    return random.choice(
        (
            {"decodeMs": random.choice((1, 30, 150))},
            {"failures": random.choice((1, 1, 3, 6))},
            {"imageFailures": 1},
            {"stuck": True},
            {"imageMs": 300},
        )
    )


DETAILS = {
    "publish": lambda random: random.choice((1, 1, 1, 2, 4, 8, 15)),
    "press": lambda random: random.choice((0, 0, 1)),
    "release": lambda random: random.choice((0, 0, 1)),
    "key_down": lambda random: random.choice("ab"),
    "key_up": lambda random: random.choice("ab"),
    "wheel": lambda random: BURST if random.random() < 0.04 else random.choice((1, 1, 2, 5)),
    "cut": lambda random: {
        "keep_up": random.choice((0, 0, 1, 2, 5)),
        "keep_down": random.choice((0, 0, 1, 2, 5)),
        "knows": random.choice(("both", "both", "client", "server")),
    },
    "network": lambda random: random.random() < 0.5,
    "wake": lambda random: random.random() < 0.5,
    "resize": lambda random: {"width": random.choice((8, 14, 24)), "height": random.choice((6, 16))},
    "machine": _machine,
    "break_tier": lambda random: random.choice(("rgb", "444", "420")),
    "reconfigure": lambda random: random.choice(({"max_fps": 20}, {"max_fps": None}, {"settle": True})),
    "restart": lambda random: {"kind": random.choice(("crash", "shutdown")), "ms": random.choice((0, 300, 4000))},
    "program_busy": lambda random: random.choice((500, 3000)),
}
"""What is drawn besides the action."""
