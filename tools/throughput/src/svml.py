"""Loops that call elementary functions, compiled by Numba: the peer of `applications.rs`.

Reads names, one a line; answers each with the nanoseconds of the best of several passes for one
element. With SVML where Numba finds it, without fast mathematics."""

import math
import sys
import time

import numba
import numpy

ELEMENTS = 2048
SAMPLES = 64
PASSES = 20
# As Numba advises for SIMD code: divisions by zero raise nothing.
compiled = numba.njit(error_model="numpy")
generator = numpy.random.default_rng(1)


def inputs(low, high, kind=numpy.float64):
    return generator.uniform(low, high, ELEMENTS).astype(kind)


def of(function):
    @compiled
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    return loop


@compiled
def normal(x):
    k = 1.0 / (1.0 + 0.2316419 * abs(x))
    inner = -0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))
    tail = 0.3989422804014327 * math.exp(-0.5 * x * x) * (k * (0.31938153 + k * inner))
    return 1.0 - tail if x > 0.0 else tail


@compiled
def black_scholes(s, x, t, call, put):
    for i in range(call.size):
        root = math.sqrt(t[i])
        drift = (0.02 + 0.5 * 0.3 * 0.3) * t[i]
        d1 = (math.log(s[i] / x[i]) + drift) / (0.3 * root)
        d2 = d1 - 0.3 * root
        discount = math.exp(-0.02 * t[i])
        inside = normal(d1)
        outside = normal(d2)
        call[i] = s[i] * inside - x[i] * discount * outside
        put[i] = x[i] * discount * (1.0 - outside) - s[i] * (1.0 - inside)


@compiled
def density(samples, places, bandwidth, out):
    scale = 0.3989422804014327 / (bandwidth * samples.size)
    out[:] = 0.0
    for j in range(samples.size):
        for i in range(places.size):
            distance = (places[i] - samples[j]) / bandwidth
            out[i] += scale * math.exp(-0.5 * distance * distance)


def cases():
    ranges = {"exp": (-80, 80), "log": (0, 100), "sin": (-100, 100), "cos": (-100, 100), "tan": (-100, 100)}
    for kind in (numpy.float64, numpy.float32):
        for name, (low, high) in ranges.items():
            x = inputs(low, high, kind)
            ours = f"f{8 * x.itemsize} {'ln' if name == 'log' else name}"
            yield ours, ELEMENTS, of(getattr(math, name)), (x, x.copy())
    s, x, t = inputs(5, 30), inputs(1, 100), inputs(0.25, 10)
    yield "black_scholes", ELEMENTS, black_scholes, (s, x, t, s.copy(), s.copy())
    samples = inputs(-2, 2)[:SAMPLES].copy()
    places = inputs(-3, 3)
    yield "density", ELEMENTS * SAMPLES, density, (samples, places, 0.3, places.copy())


known = {name: rest for name, *rest in cases()}
for line in sys.stdin:
    if line.strip() not in known:
        print("-", flush=True)
        continue
    work, function, arguments = known[line.strip()]
    best = math.inf
    for _ in range(PASSES):
        start = time.perf_counter_ns()
        function(*arguments)
        best = min(best, (time.perf_counter_ns() - start) / work)
    print(best, flush=True)
