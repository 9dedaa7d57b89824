"""How far one picture is from another."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rendercanvas_rfb.testing.fidelity import psnr, ssim
from rendercanvas_rfb.testing.patterns import line_plot

PLOT = line_plot(161, 90)[..., :3]


def test_a_picture_is_like_itself():
    assert psnr(PLOT, PLOT) == math.inf
    assert ssim(PLOT, PLOT) == pytest.approx(1)


def test_psnr_is_that_of_the_mean_squared_error():
    assert psnr(np.full((8, 8, 3), 10, np.uint8), np.full((8, 8, 3), 15, np.uint8)) == pytest.approx(34.151, abs=0.001)


def test_ssim_of_flat_pictures_is_that_of_their_means():
    one, other = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 50, np.uint8)
    expected = (2 * 100 * 50 + 6.5025) / (100**2 + 50**2 + 6.5025)
    assert ssim(one, other) == pytest.approx(expected)


def test_more_noise_is_less_alike():
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, PLOT.shape)
    noisy = [np.clip(PLOT + sigma * noise, 0, 255).astype(np.uint8) for sigma in (2, 8, 32)]
    likeness = [ssim(PLOT, picture) for picture in noisy]
    assert 1 > likeness[0] > likeness[1] > likeness[2] > 0


def test_negatives_are_unlike():
    assert ssim(PLOT, 255 - PLOT) < 0


@pytest.mark.parametrize("shape", [(7, 20, 3), (90, 160, 3)])
def test_what_cannot_be_compared_is_refused(shape):
    with pytest.raises(ValueError, match=r"of one shape"):
        ssim(np.zeros(shape, np.uint8), np.zeros((90, 161, 3) if shape[0] == 90 else shape, np.uint8))
