from __future__ import annotations

import json
import re

import pytest

from rendercanvas_rfb.metrics import RATE_WINDOW_S, Rate, ServerMetrics, TierMeter, ViewerMetrics
from tests.unit.support import H264_444, PNG

VIEWER = ViewerMetrics(
    display='a"b\\c\nd',
    viewer="v1",
    tier="h264/444",
    connected_s=12.5,
    fps=30.0,
    bitrate=1e6,
    round_trip_ms=40.0,
    encode_ms=5.0,
    held=0.0,
    queueing_ms=1.0,
    level=1,
    target_bitrate=2e6,
    delivery_rate=1.5e6,
    window=4,
    in_flight=1,
    dropped=2,
    keyframes=3,
    sent=400,
    bytes=12345678901,
)


def test_a_steady_stream_has_its_rate_however_long_it_lasts() -> None:
    rate = Rate(0.0)
    for step in range(600):
        rate.add(1, step / 60)
    assert rate.read(10.0) == pytest.approx(60, rel=0.01)


def test_a_rate_falls_to_nothing_when_the_stream_ends() -> None:
    rate = Rate(0.0)
    for amount in (0.1, 0.2, 0.3):
        rate.add(amount, 1.0)
    assert rate.read(1.0 + RATE_WINDOW_S) == 0.0


def test_a_tier_is_counted_from_the_start_and_rated_by_the_last_two_seconds() -> None:
    meter = TierMeter(0.0)
    meter.encoded(1000, 0.004, 0.1, keyframe=True, encoder="libx264")
    for step in range(10):
        meter.encoded(100, 0.002, 9 + step / 10, keyframe=False, encoder="libx264")
    metrics = meter.read("plot", H264_444, 3, None, 10.0)
    assert (metrics.display, metrics.tier, metrics.encoder, metrics.viewers) == ("plot", "h264/444", "libx264", 3)
    assert (metrics.frames, metrics.keyframes, metrics.bytes) == (11, 1, 2000)
    assert (metrics.fps, metrics.bitrate) == (5.0, 4000.0)
    assert [metrics.encode_ms, metrics.encode_s] == pytest.approx([2.0, 0.024])


def test_json_has_every_number_by_its_name() -> None:
    tier = TierMeter(0.0).read("plot", PNG, 1, 1e6, 1.0)
    read = json.loads(json.dumps(ServerMetrics(60.0, ["plot"], [tier], [VIEWER]).as_json()))
    assert (read["uptime_s"], read["displays"]) == (60.0, ["plot"])
    assert read["viewers"][0]["round_trip_ms"] == 40.0
    assert read["tiers"][0] == {
        "display": "plot",
        "tier": "png",
        "level": 0,
        "target_bitrate": 1e6,
        "encoder": "",
        "encoder_reason": "",
        "viewers": 1,
        **dict.fromkeys(("fps", "bitrate", "encode_ms", "held", "encode_s", "frames", "keyframes", "bytes"), 0),
    }


def test_the_text_for_prometheus_is_of_its_format() -> None:
    text = ServerMetrics(60.0, ["a", "b"], [TierMeter(0.0).read("plot", PNG, 1, 1e6, 1.0)], [VIEWER]).as_prometheus()
    name = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    value = r'"(?:[^"\\\n]|\\["\\n])*"'
    sample = re.compile(rf"({name})(?:\{{{name}={value}(?:,{name}={value})*\}})? -?[0-9.e+-]+")
    families: dict[str, str] = {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            _, _, family, kind = line.split()
            assert family not in families
            families[family] = kind
        elif not line.startswith("# HELP"):
            match = sample.fullmatch(line)
            assert match, line
            assert match[1] in families
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in families.items())
    assert "rendercanvas_rfb_viewers 1\n" in text
    assert "rendercanvas_rfb_displays 2\n" in text
    assert 'viewer_bytes_total{display="a\\"b\\\\c\\nd",viewer="v1",tier="h264/444"} 12345678901\n' in text
    assert "viewer_latency_seconds" in text


def test_a_server_without_viewers_has_no_samples_of_them() -> None:
    text = ServerMetrics(1.0, [], [], []).as_prometheus()
    assert "rendercanvas_rfb_viewers 0\n" in text
    assert "{" not in text
