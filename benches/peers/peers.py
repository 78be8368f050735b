"""The gallery's kernels in Numba, and a worker that times them for the program beside this file.

Each line of standard input is a command, each answer one line:

    prepare NAME SIZE ..    makes the inputs, compiles both forms; answers `ok`
    run FORM                resets, runs FORM (strict or fast) once; answers `SECONDS CHECKSUM`

Inputs are those of the gallery: `u(seed, i)` from SplitMix64's finaliser.
"""

import math
import sys
import time

import numpy as np
from numba import njit, prange, set_num_threads

U64 = np.uint64
FORMS = {"strict": False, "fast": True}


@njit(inline="always")
def uniform(seed, i):
    z = (U64(seed) << U64(32)) + U64(i) + U64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U64(27))) * U64(0x94D049BB133111EB)
    return np.float64((z ^ (z >> U64(31))) >> U64(11)) * 2.0**-53


@njit(parallel=True)
def fill(seed, out):
    for i in prange(out.size):
        out[i] = uniform(seed, i)


def vector(seed, n):
    out = np.empty(n)
    fill(seed, out)
    return out


def sum2d(a):
    total = 0.0
    rows, columns = a.shape
    for i in prange(rows):
        for j in range(columns):
            total += a[i, j]
    return total


def saxpy(a, x, y):
    for i in prange(y.size):
        y[i] += a * x[i]


def dot(x, y):
    total = 0.0
    for i in prange(x.size):
        total += x[i] * y[i]
    return total


def statistics(x, parts):
    # Numba has no reduction over places: an expert splits the array by hand.
    n = x.size
    sums = np.zeros(parts, np.int64)
    above = np.zeros(parts, np.int64)
    low = np.empty(parts, np.int64)
    low_at = np.empty(parts, np.int64)
    high = np.empty(parts, np.int64)
    high_at = np.empty(parts, np.int64)
    for part in prange(parts):
        first, last = part * n // parts, (part + 1) * n // parts
        s, a, l, h = 0, 0, 1 << 62, -(1 << 62)
        lp, hp = -1, -1
        for i in range(first, last):
            value = np.int64(np.floor(1000.0 * x[i]))
            s += value
            if value < l:
                l = value
                lp = i
            if value > h:
                h = value
                hp = i
            if x[i] > 0.5:
                a += 1
        sums[part], above[part] = s, a
        low[part], low_at[part], high[part], high_at[part] = l, lp, h, hp
    l, h = 0, 0
    for part in range(1, parts):
        if low[part] < low[l]:
            l = part
        if high[part] > high[h]:
            h = part
    return sums.sum(), low[l], low_at[l], high[h], high_at[h], above.sum()


def histogram(x, w, parts, count, weight):
    n, bins = x.size, count.size
    counts = np.zeros((parts, bins), np.int64)
    weights = np.zeros((parts, bins))
    for part in prange(parts):
        for i in range(part * n // parts, (part + 1) * n // parts):
            b = int(1000.0 * x[i])
            counts[part, b] += 1
            weights[part, b] += w[i]
    for part in range(parts):
        for b in range(bins):
            count[b] += counts[part, b]
            weight[b] += weights[part, b]


def gemm(alpha, a, b, beta, c):
    rows, columns = c.shape
    for i in prange(rows):
        for j in range(columns):
            c[i, j] *= beta
        for k in range(a.shape[1]):
            factor = alpha * a[i, k]
            for j in range(columns):
                c[i, j] += factor * b[k, j]


def sparse(start, column, value, x, y):
    for r in prange(y.size):
        total = 0.0
        for k in range(start[r], start[r + 1]):
            total += value[k] * x[column[k]]
        y[r] = total


def laplace(old, new):
    rows, columns = old.shape
    change = 0.0
    for i in prange(1, rows - 1):
        row = 0.0
        for j in range(1, columns - 1):
            mean = 0.25 * ((old[i, j - 1] + old[i, j + 1]) + (old[i - 1, j] + old[i + 1, j]))
            new[i, j] = mean
            row = max(row, abs(mean - old[i, j]))
        change = max(change, row)
    return change


def fdtd(steps, ex, ey, hz):
    rows, columns = hz.shape
    for t in range(steps):
        for j in range(columns):
            ey[0, j] = t
        for i in prange(1, rows):
            for j in range(columns):
                ey[i, j] -= 0.5 * (hz[i, j] - hz[i - 1, j])
        for i in prange(rows):
            for j in range(1, columns):
                ex[i, j] -= 0.5 * (hz[i, j] - hz[i, j - 1])
        for i in prange(rows - 1):
            for j in range(columns - 1):
                hz[i, j] -= 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


def mandelbrot(limit, steps):
    height, width = steps.shape
    for y in prange(height):
        for x in range(width):
            cx = -2.0 + 2.5 * x / width
            cy = -1.25 + 2.5 * y / height
            zx, zy, n = 0.0, 0.0, 0
            while n < limit and zx * zx + zy * zy <= 4.0:
                zx, zy = zx * zx - zy * zy + cx, 2.0 * zx * zy + cy
                n += 1
            steps[y, x] = n


@njit(inline="always")
def normal(x):
    k = 1.0 / (1.0 + 0.2316419 * abs(x))
    poly = k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    tail = 0.3989422804014327 * math.exp(-0.5 * x * x) * (k * (0.31938153 + poly))
    return 1.0 - tail if x > 0.0 else tail


def black_scholes(s, x, t, call, put):
    rate, volatility = 0.02, 0.3
    for i in prange(s.size):
        root = math.sqrt(t[i])
        d1 = math.log(s[i] / x[i]) + (rate + 0.5 * volatility * volatility) * t[i]
        d1 = d1 / (volatility * root)
        d2 = d1 - volatility * root
        discount = math.exp(-rate * t[i])
        inside, outside = normal(d1), normal(d2)
        call[i] = s[i] * inside - x[i] * discount * outside
        put[i] = x[i] * discount * (1.0 - outside) - s[i] * (1.0 - inside)


def gravity(place, weight, pull):
    n = weight.size
    for i in prange(n):
        ax, ay = 0.0, 0.0
        for j in range(n):
            dx = place[j, 0] - place[i, 0]
            dy = place[j, 1] - place[i, 1]
            square = dx * dx + dy * dy + 1e-2
            factor = weight[j] / (square * math.sqrt(square))
            ax += factor * dx
            ay += factor * dy
        pull[i, 0] = ax
        pull[i, 1] = ay


def circle(seed, n):
    inside = 0
    for i in prange(n):
        x, y = uniform(seed, 2 * i), uniform(seed, 2 * i + 1)
        if x * x + y * y < 1.0:
            inside += 1
    return inside


def life(old, new):
    rows, columns = old.shape
    for i in prange(rows):
        up, down = (i - 1) % rows, (i + 1) % rows
        for j in range(columns):
            left = j - 1 if j > 0 else columns - 1
            right = j + 1 if j + 1 < columns else 0
            around = old[up, left] + old[up, j] + old[up, right] + old[i, left]
            around += old[i, right] + old[down, left] + old[down, j] + old[down, right]
            new[i, j] = around == 3 or (around == 2 and old[i, j] == 1)


def cluster(points, centres, parts, count, total):
    n, dim = points.shape
    k = centres.shape[0]
    counts = np.zeros((parts, k), np.int64)
    totals = np.zeros((parts, k, dim))
    for part in prange(parts):
        for i in range(part * n // parts, (part + 1) * n // parts):
            nearest, best = 0, np.inf
            for c in range(k):
                distance = 0.0
                for d in range(dim):
                    along = points[i, d] - centres[c, d]
                    distance += along * along
                if distance < best:
                    best, nearest = distance, c
            counts[part, nearest] += 1
            for d in range(dim):
                totals[part, nearest, d] += points[i, d]
    for part in range(parts):
        count += counts[part]
        total += totals[part]


def compiled(function):
    return {form: njit(parallel=True, fastmath=fast)(function) for form, fast in FORMS.items()}


class Case:
    """Inputs of one kernel: `reset` before each run, `run` is what is timed."""

    def reset(self):
        pass


class Sum2d(Case):
    function = sum2d

    def __init__(self, threads, side):
        self.a = vector(1, side * side).reshape(side, side)

    def run(self, f):
        self.result = f(self.a)

    def checksum(self):
        return self.result


class Saxpy(Case):
    function = saxpy

    def __init__(self, threads, n):
        self.x, self.start = vector(1, n).astype(np.float32), vector(2, n).astype(np.float32)
        self.y = self.start.copy()

    def reset(self):
        self.y[:] = self.start

    def run(self, f):
        f(np.float32(2.5), self.x, self.y)

    def checksum(self):
        return self.y.sum(dtype=np.float64)


class Dot(Sum2d):
    function = dot

    def __init__(self, threads, n):
        self.x, self.y = vector(1, n), vector(2, n)

    def run(self, f):
        self.result = f(self.x, self.y)


class Statistics(Case):
    function = statistics

    def __init__(self, threads, n):
        self.x, self.parts = vector(3, n), threads

    def run(self, f):
        self.result = f(self.x, self.parts)

    def checksum(self):
        return float(sum(self.result))


class Histogram(Case):
    function = histogram

    def __init__(self, threads, n):
        self.x, self.w, self.parts = vector(5, n), vector(6, n), threads
        self.count, self.weight = np.zeros(1000, np.int64), np.zeros(1000)

    def reset(self):
        self.count[:] = 0
        self.weight[:] = 0.0

    def run(self, f):
        f(self.x, self.w, self.parts, self.count, self.weight)

    def checksum(self):
        return float((self.count.astype(np.float64) ** 2).sum() + self.weight.sum())


class Gemm(Case):
    function = gemm

    def __init__(self, threads, ni, nj, nk):
        i, j, k = np.arange(ni)[:, None], np.arange(nj)[None, :], np.arange(nk)
        self.start = ((i * j + 1) % ni) / ni
        self.a = (i * (k[None, :] + 1) % nk) / nk
        self.b = (k[:, None] * (j + 2) % nj) / nj
        self.c = self.start.copy()

    def reset(self):
        self.c[:] = self.start

    def run(self, f):
        f(1.5, self.a, self.b, 1.2, self.c)

    def checksum(self):
        return self.c.sum()


class Sparse(Case):
    function = sparse

    def __init__(self, threads, n):
        r = np.arange(n)
        self.start = np.concatenate(([0], np.cumsum(r % 7)))
        row = np.repeat(r, r % 7)
        k = np.arange(row.size) - self.start[row]
        self.column = (37 * row + 101 * k) % n
        self.value, self.x, self.y = vector(9, row.size), vector(10, n), np.zeros(n)

    def run(self, f):
        f(self.start, self.column, self.value, self.x, self.y)

    def checksum(self):
        return self.y.sum()


class Laplace(Case):
    function = laplace

    def __init__(self, threads, side, sweeps):
        self.side, self.sweeps = side, sweeps

    def reset(self):
        self.old = np.zeros((self.side, self.side))
        self.old[:, 0] = 1.0
        self.new = self.old.copy()

    def run(self, f):
        for _ in range(self.sweeps):
            self.change = f(self.old, self.new)
            self.old, self.new = self.new, self.old

    def checksum(self):
        return self.old.sum() + self.change


class Fdtd(Case):
    function = fdtd

    def __init__(self, threads, rows, columns, steps):
        self.rows, self.columns, self.steps = rows, columns, steps

    def reset(self):
        i, j = np.arange(self.rows)[:, None], np.arange(self.columns)[None, :]
        self.ex = i * (j + 1) / self.rows
        self.ey = i * (j + 2) / self.columns
        self.hz = i * (j + 3) / self.rows

    def run(self, f):
        f(self.steps, self.ex, self.ey, self.hz)

    def checksum(self):
        return self.hz.sum() + self.ex.sum() + self.ey.sum()


class Mandelbrot(Case):
    function = mandelbrot

    def __init__(self, threads, side, limit):
        self.steps, self.limit = np.zeros((side, side), np.int32), limit

    def run(self, f):
        f(self.limit, self.steps)

    def checksum(self):
        return float(self.steps.sum())


class BlackScholes(Case):
    function = black_scholes

    def __init__(self, threads, n):
        self.s, self.x = 5.0 + 25.0 * vector(17, n), 1.0 + 99.0 * vector(18, n)
        self.t = 0.25 + 9.75 * vector(19, n)
        self.call, self.put = np.zeros(n), np.zeros(n)

    def run(self, f):
        f(self.s, self.x, self.t, self.call, self.put)

    def checksum(self):
        return self.call.sum() + self.put.sum()


class Gravity(Case):
    function = gravity

    def __init__(self, threads, n):
        self.place = 2.0 * vector(20, 2 * n).reshape(n, 2) - 1.0
        self.weight, self.pull = 1.0 + vector(21, n), np.zeros((n, 2))

    def run(self, f):
        f(self.place, self.weight, self.pull)

    def checksum(self):
        return np.abs(self.pull).sum()


class Circle(Case):
    function = circle

    def __init__(self, threads, n):
        self.n = n

    def run(self, f):
        self.result = f(23, self.n)

    def checksum(self):
        return float(self.result)


class Life(Case):
    function = life

    def __init__(self, threads, side, steps):
        self.start = (vector(26, side * side) > 0.5).astype(np.uint8).reshape(side, side)
        self.steps = steps

    def reset(self):
        self.old, self.new = self.start.copy(), self.start.copy()

    def run(self, f):
        for _ in range(self.steps):
            f(self.old, self.new)
            self.old, self.new = self.new, self.old

    def checksum(self):
        return float(self.old.sum())


class Cluster(Case):
    function = cluster

    def __init__(self, threads, n, dim, k):
        self.points = vector(28, n * dim).reshape(n, dim)
        self.centres, self.parts = vector(29, k * dim).reshape(k, dim), threads
        self.count, self.total = np.zeros(k, np.int64), np.zeros((k, dim))

    def reset(self):
        self.count[:] = 0
        self.total[:] = 0.0

    def run(self, f):
        f(self.points, self.centres, self.parts, self.count, self.total)

    def checksum(self):
        return float((self.count.astype(np.float64) ** 2).sum() + self.total.sum())


CASES = {case.function.__name__: case for case in Case.__subclasses__() + [Dot]}


def main():
    threads = int(sys.argv[1])
    set_num_threads(threads)
    case, forms = None, None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "prepare":
            kind = CASES[words[0]]
            case = kind(threads, *map(int, words[1:]))
            forms = compiled(kind.function)
            for form in forms.values():
                case.reset()
                case.run(form)
            print("ok", flush=True)
        else:
            case.reset()
            start = time.perf_counter()
            case.run(forms[words[0]])
            seconds = time.perf_counter() - start
            print(seconds, repr(float(case.checksum())), flush=True)


main()
