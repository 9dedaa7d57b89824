from __future__ import annotations

import sys

import pytest

from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.registry import (
    ENTRY_POINT_GROUP,
    available_tiers,
    encoder_names,
    open_encoder,
    register_encoder,
)
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import ConfigurationError, EncoderError
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.encoders.decoding import frame_of

ALL = (
    Tier(PictureFormat.H264, Chroma.YUV444),
    Tier(PictureFormat.H264, Chroma.YUV420),
    Tier(PictureFormat.WEBP),
    Tier(PictureFormat.JPEG),
    Tier(PictureFormat.PNG),
)

RGB = Tier(PictureFormat.H264, Chroma.RGB)


def test_tiers_are_listed_best_first() -> None:
    assert available_tiers() == (RGB, *ALL)


@pytest.mark.parametrize("tier", ALL, ids=str)
@pytest.mark.parametrize("size", [(1, 1), (640, 360)])
def test_every_tier_makes_what_it_says(tier, size) -> None:
    encoder = open_encoder(tier, *size)
    result = encoder.encode(frame_of(color_blocks(*size)), keyframe=False)
    assert result.keyframe
    assert result.payload
    assert encoder.info.tier == tier
    encoder.close()


@pytest.mark.parametrize("tier", [Tier(PictureFormat.H264), Tier(PictureFormat.JPEG, Chroma.YUV444)], ids=str)
def test_a_tier_that_nothing_makes(tier) -> None:
    with pytest.raises(EncoderError, match=f"no encoder makes {tier}"):
        open_encoder(tier, 640, 360)


def test_what_a_missing_tier_needs_is_named(monkeypatch) -> None:
    monkeypatch.setattr("av.codecs_available", set())
    monkeypatch.setattr("PIL.features.check", lambda name: name != "webp")
    assert available_tiers() == (Tier(PictureFormat.JPEG), Tier(PictureFormat.PNG))
    with pytest.raises(EncoderError, match=r"x264: .* built without libx264; .*needed is .*\(pip install av\)"):
        open_encoder(ALL[0], 640, 360)
    with pytest.raises(EncoderError, match=r"webp cannot be made here: .*needed is Pillow built with webp"):
        open_encoder(ALL[2], 640, 360)


def test_a_size_that_the_tier_cannot_have_is_typed() -> None:
    with pytest.raises(EncoderError, match="16384x16384"):
        open_encoder(ALL[0], 16384, 16384)


@pytest.fixture
def registered(monkeypatch):
    """Registrations that are forgotten after the test."""
    monkeypatch.setattr(registry, "_registered", {})


def open_fake(tier, width, height, settings):
    assert settings.crf == 27
    return FakeEncoder(tier, width, height)


@pytest.mark.usefixtures("registered")
def test_a_registered_encoder_is_chosen_by_its_name_and_gets_the_settings() -> None:
    register_encoder("mine", open_fake, tiers=[ALL[1]])
    assert "mine" in encoder_names()
    tiers, opener = DisplayOptions(encoder="mine", quality="balanced").select()
    # Viewers that do not decode its video get images.
    assert tiers == (ALL[1], *ALL[2:])
    assert isinstance(opener(ALL[1], 64, 48), FakeEncoder)
    assert opener(ALL[2], 64, 48).info.encoder == "pillow"
    assert isinstance(DisplayOptions().select()[1](ALL[1], 64, 48), X264Encoder)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("name", ["", "auto", "x264", "pillow"])
def test_a_name_that_is_taken_is_refused(name) -> None:
    with pytest.raises(ConfigurationError, match=f"registered as {name!r}"):
        register_encoder(name, open_fake, tiers=[ALL[0]])


@pytest.mark.usefixtures("registered")
def test_an_encoder_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tiers is empty"):
        register_encoder("mine", open_fake, tiers=[])


@pytest.mark.usefixtures("registered")
def test_one_that_does_not_work_here_says_what_it_needs() -> None:
    register_encoder("mine", open_fake, tiers=[ALL[1]], is_available=lambda: False, needs="a GPU of a later year")
    with pytest.raises(ConfigurationError, match=r"h264/420 cannot be made here: .* needed is a GPU of a later year"):
        DisplayOptions(encoder="mine")


@pytest.fixture
def plugin(monkeypatch, tmp_path, registered):
    """Installs a package that offers an encoder; its module has the given source."""

    def install(source: str) -> None:
        info = tmp_path / "plugin-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\nfancy = rfb_test_plugin:register\n")
        (tmp_path / "rfb_test_plugin.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)

    yield install
    sys.modules.pop("rfb_test_plugin", None)


GOOD_PLUGIN = """
from rendercanvas_rfb.encoders.registry import register_encoder
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder

def register():
    register_encoder("fancy", lambda tier, w, h, settings: FakeEncoder(tier, w, h), tiers=[Tier(PictureFormat.PNG)])
"""


def test_an_encoder_of_an_installed_package_is_loaded_when_it_is_asked_for(plugin) -> None:
    plugin(GOOD_PLUGIN)
    assert "fancy" in encoder_names()
    DisplayOptions()
    assert "rfb_test_plugin" not in sys.modules
    tiers, opener = DisplayOptions(encoder="fancy").select()
    assert tiers == (ALL[4],)
    assert isinstance(opener(ALL[4], 4, 3), FakeEncoder)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import a_module_that_is_not_there", "No module named 'a_module_that_is_not_there'"),
        ("", "no attribute 'register'"),
        ("def register(): 1 / 0", "division by zero"),
        ("def register(): pass", "there is no encoder 'fancy'"),
    ],
)
def test_a_broken_package_is_named_and_disturbs_nobody_else(source, message, plugin, caplog) -> None:
    plugin(source)
    with pytest.raises(ConfigurationError, match=message):
        DisplayOptions(encoder="fancy")
    assert "fancy" in caplog.text or "there is no encoder" in message
    assert DisplayOptions().select()[0] == (RGB, *ALL)
