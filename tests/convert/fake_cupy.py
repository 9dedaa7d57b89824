"""CuPy as far as this package uses it, on the CPU.

Streams do nothing until somebody waits for them, and then no more than what was waited for: what is not synchronised
gives wrong pixels, every time. Kernels are those of picture.cu.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from tests.convert.cuda_on_cpu import elementwise, kernels, launch


class FakeArray:
    """In the memory of device 0.

    Attributes:
        memory: What is there, once the streams have done what they were given.
    """

    device = SimpleNamespace(id=0)

    def __init__(self, memory):
        self.memory = memory
        self.shape, self.dtype, self.size, self.nbytes = memory.shape, memory.dtype, memory.size, memory.nbytes

    def reshape(self, shape):
        return FakeArray(self.memory.reshape(shape))

    def __getitem__(self, key):
        return FakeArray(self.memory[key])

    def get(self, stream, out=None, blocking=True):
        target = np.empty(self.shape, self.dtype) if out is None else out
        stream.enqueue(lambda: np.copyto(target, self.memory))
        if blocking:
            stream.synchronize()
        return target

    def __dlpack__(self, **options):
        return self.memory.__dlpack__()

    def __dlpack_device__(self):
        return 2, 0


class Event:
    def __init__(self, block=False, disable_timing=False):
        self.done = False
        self.stream: Stream | None = None

    def synchronize(self):
        assert self.stream is not None, "it was not recorded"
        self.stream.run(until=lambda: self.done)


class Stream:
    def __init__(self, non_blocking=False):
        self.non_blocking = non_blocking
        self._queue: deque[Callable[[], Any]] = deque()
        self._lock = threading.RLock()
        self._before: list[Stream] = []

    def enqueue(self, work):
        self._queue.append(work)

    def record(self, event=None):
        event = Event() if event is None else event
        event.stream = self
        self.enqueue(lambda: setattr(event, "done", True))
        return event

    def wait_event(self, event):
        self.enqueue(event.synchronize)

    def synchronize(self):
        self.run(until=lambda: False)

    def run(self, until):
        with self._lock:
            while self._queue and not until():
                self._queue.popleft()()

    def __enter__(self):
        self._before.append(_current.stream)
        _current.stream = self
        return self

    def __exit__(self, *_error):
        _current.stream = self._before.pop()


class _Current(threading.local):
    def __init__(self):
        self.stream = Stream()


_current = _Current()


class Device:
    def __init__(self, index):
        assert index == 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass


class RawModule:
    def __init__(self, code, options):
        self._options = options

    def get_function(self, name):
        library = kernels(self._options)

        def kernel(grid, block, args):
            plain = tuple(arg.memory if isinstance(arg, FakeArray) else arg for arg in args)
            _current.stream.enqueue(lambda: launch(library, name, grid, block, plain))

        return kernel


class ElementwiseKernel:
    """The given operation, as C."""

    def __init__(self, inputs, outputs, operation, name):
        assert (inputs, outputs) == ("T value", "uint8 sample")
        self._operation = operation

    def __call__(self, values, samples):
        work = elementwise(self._operation, values.dtype.name)
        _current.stream.enqueue(lambda: work(values.memory, samples.memory))


def empty(shape, dtype):
    return FakeArray(np.full(shape, 99, dtype))


def zeros(shape, dtype):
    made = empty(shape, dtype)
    _current.stream.enqueue(lambda: made.memory.fill(0))
    return made


def array(source, order, copy):
    made = empty(source.shape, source.dtype)
    _current.stream.enqueue(lambda: np.copyto(made.memory, source.memory))
    return made


def from_dlpack(source):
    return source.exported(_current.stream)


def asarray(source):
    """Waits for the stream that it names, as CuPy does."""
    if (stream := source.__cuda_array_interface__.get("stream")) is not None:
        STREAMS[stream].synchronize()
    return source.array


STREAMS: dict[int, Stream] = {}
"""By the numbers that objects with ``__cuda_array_interface__`` name them by."""


def make() -> ModuleType:
    """A module to be found as ``cupy``."""
    module: Any = ModuleType("cupy")
    module.ndarray = FakeArray
    for each in (RawModule, ElementwiseKernel, empty, zeros, array, from_dlpack, asarray):
        setattr(module, each.__name__, each)
    module.cuda = SimpleNamespace(
        Device=Device,
        Stream=Stream,
        Event=Event,
        get_current_stream=lambda: _current.stream,
        alloc_pinned_memory=lambda size: bytearray(size),
        compiler=SimpleNamespace(CompileException=type("CompileException", (Exception,), {})),
    )
    made: ModuleType = module
    return made
