from __future__ import annotations

import gc

import numpy as np

from rendercanvas_rfb.pool import MAX_FREE_BUFFERS, BufferPool, lease


class TestLease:
    def test_it_is_the_same_memory(self) -> None:
        array = np.zeros((3, 4), np.uint8)
        leased = lease(array, lambda: None)
        array[1, 2] = 7
        assert leased[1, 2] == 7
        assert np.shares_memory(leased, array)

    def test_it_ends_with_the_last_view(self) -> None:
        ended: list[bool] = []
        leased = lease(np.zeros(24, np.uint8), lambda: ended.append(True))
        view = leased.reshape(2, 3, 4)[1:, :, ::2].reshape(-1)[:3]
        row = leased[:6].view(np.uint16)
        del leased, view
        gc.collect()
        assert not ended
        del row
        gc.collect()
        assert ended == [True]

    def test_it_keeps_the_array(self) -> None:
        leased = lease(np.full(5, 9, np.uint8), lambda: None)
        gc.collect()
        assert leased.tolist() == [9] * 5


class TestBufferPool:
    def test_what_was_let_go_is_used_again(self) -> None:
        pool = BufferPool()
        for _ in range(100):
            assert pool.take((4, 6, 3)).shape == (4, 6, 3)
        assert pool.allocated == 1

    def test_what_is_in_use_is_not(self) -> None:
        pool = BufferPool()
        held = [pool.take((2, 2)) for _ in range(3)]
        for value, array in enumerate(held):
            array[...] = value
        assert [array.max() for array in held] == [0, 1, 2]
        assert pool.allocated == 3

    def test_the_same_memory_serves_another_shape(self) -> None:
        pool = BufferPool()
        pool.take((2, 6))
        pool.take((3, 4))
        assert pool.allocated == 1

    def test_another_size_forgets_the_buffers(self) -> None:
        pool = BufferPool()
        late = pool.take((2, 2))
        pool.take((2, 2))
        pool.take((5, 5))
        del late
        for _ in range(3):
            pool.take((5, 5))
        assert pool.allocated == 3

    def test_it_keeps_a_few(self) -> None:
        pool = BufferPool()
        held = [pool.take((2, 2)) for _ in range(MAX_FREE_BUFFERS + 5)]
        held.clear()
        held = [pool.take((2, 2)) for _ in range(MAX_FREE_BUFFERS + 5)]
        assert pool.allocated == MAX_FREE_BUFFERS + 5 + 5
