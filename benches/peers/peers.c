// The gallery's kernels in C with OpenMP, as someone who knows both would write them: parallel over
// the outer loop, `simd` where a reduction would otherwise stay scalar, no false sharing.
//
// Compiled twice: `-O3 -march=native -fopenmp -ffp-contract=off`, and with `-ffast-math`.

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef size_t usize;

// What a bare loop reads: the bandwidth that `sum2d` is held against.
uint64_t read_only(usize n, const uint64_t *x) {
    uint64_t folded = 0;
#pragma omp parallel for simd reduction(^ : folded) schedule(static)
    for (usize i = 0; i < n; i++) folded ^= x[i];
    return folded;
}

double sum2d(usize rows, usize columns, const double *a) {
    double sum = 0.0;
#pragma omp parallel for reduction(+ : sum) schedule(static)
    for (usize i = 0; i < rows; i++) {
        double row = 0.0;
#pragma omp simd reduction(+ : row)
        for (usize j = 0; j < columns; j++) row += a[i * columns + j];
        sum += row;
    }
    return sum;
}

void saxpy(usize n, float a, const float *restrict x, float *restrict y) {
#pragma omp parallel for simd schedule(static)
    for (usize i = 0; i < n; i++) y[i] += a * x[i];
}

double dot(usize n, const double *x, const double *y) {
    double sum = 0.0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
    for (usize i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

struct extreme {
    int64_t value;
    usize at;
};

static inline struct extreme lower(struct extreme a, struct extreme b) {
    return b.value < a.value || (b.value == a.value && b.at < a.at) ? b : a;
}

static inline struct extreme higher(struct extreme a, struct extreme b) {
    return b.value > a.value || (b.value == a.value && b.at < a.at) ? b : a;
}

#pragma omp declare reduction(lower : struct extreme : omp_out = lower(omp_out, omp_in)) \
    initializer(omp_priv = (struct extreme){INT64_MAX, SIZE_MAX})
#pragma omp declare reduction(higher : struct extreme : omp_out = higher(omp_out, omp_in)) \
    initializer(omp_priv = (struct extreme){INT64_MIN, SIZE_MAX})

// out: sum, least, its first place, greatest, its first place, count above a half.
void statistics(usize n, const double *x, int64_t *out) {
    int64_t sum = 0, above = 0;
    struct extreme low = {INT64_MAX, SIZE_MAX}, high = {INT64_MIN, SIZE_MAX};
#pragma omp parallel for reduction(+ : sum, above) reduction(lower : low) \
    reduction(higher : high) schedule(static)
    for (usize i = 0; i < n; i++) {
        int64_t value = (int64_t)floor(1000.0 * x[i]);
        sum += value;
        if (value < low.value) low = (struct extreme){value, i};
        if (value > high.value) high = (struct extreme){value, i};
        above += x[i] > 0.5;
    }
    out[0] = sum, out[1] = low.value, out[2] = (int64_t)low.at;
    out[3] = high.value, out[4] = (int64_t)high.at, out[5] = above;
}

void histogram(usize n, usize bins, const double *x, const double *w, int64_t *count,
               double *weight) {
#pragma omp parallel for reduction(+ : count[:bins], weight[:bins]) schedule(static)
    for (usize i = 0; i < n; i++) {
        usize bin = (usize)(1000.0 * x[i]);
        count[bin] += 1;
        weight[bin] += w[i];
    }
}

void gemm(usize ni, usize nj, usize nk, double alpha, const double *restrict a,
          const double *restrict b, double beta, double *restrict c) {
#pragma omp parallel for schedule(static)
    for (usize i = 0; i < ni; i++) {
        double *restrict row = c + i * nj;
        for (usize j = 0; j < nj; j++) row[j] *= beta;
        for (usize k = 0; k < nk; k++) {
            double factor = alpha * a[i * nk + k];
            for (usize j = 0; j < nj; j++) row[j] += factor * b[k * nj + j];
        }
    }
}

void sparse(usize n, const usize *start, const usize *column, const double *value,
            const double *x, double *y) {
#pragma omp parallel for schedule(static)
    for (usize r = 0; r < n; r++) {
        double sum = 0.0;
        for (usize k = start[r]; k < start[r + 1]; k++) sum += value[k] * x[column[k]];
        y[r] = sum;
    }
}

double laplace(usize rows, usize columns, const double *restrict old, double *restrict new) {
    double change = 0.0;
#pragma omp parallel for reduction(max : change) schedule(static)
    for (usize i = 1; i < rows - 1; i++) {
        const double *at = old + i * columns;
        double row = 0.0;
#pragma omp simd reduction(max : row)
        for (usize j = 1; j < columns - 1; j++) {
            double mean = 0.25 * ((at[j - 1] + at[j + 1]) + (at[j - columns] + at[j + columns]));
            new[i * columns + j] = mean;
            double moved = fabs(mean - at[j]);
            row = moved > row ? moved : row;
        }
        change = row > change ? row : change;
    }
    return change;
}

void fdtd(usize steps, usize rows, usize columns, double *restrict ex, double *restrict ey,
          double *restrict hz) {
    for (usize t = 0; t < steps; t++) {
        for (usize j = 0; j < columns; j++) ey[j] = (double)t;
#pragma omp parallel
        {
#pragma omp for schedule(static) nowait
            for (usize i = 1; i < rows; i++)
                for (usize j = 0; j < columns; j++)
                    ey[i * columns + j] -= 0.5 * (hz[i * columns + j] - hz[(i - 1) * columns + j]);
#pragma omp for schedule(static)
            for (usize i = 0; i < rows; i++)
                for (usize j = 1; j < columns; j++)
                    ex[i * columns + j] -= 0.5 * (hz[i * columns + j] - hz[i * columns + j - 1]);
#pragma omp for schedule(static)
            for (usize i = 0; i < rows - 1; i++)
                for (usize j = 0; j < columns - 1; j++)
                    hz[i * columns + j] -= 0.7 * (ex[i * columns + j + 1] - ex[i * columns + j] +
                                                  ey[(i + 1) * columns + j] - ey[i * columns + j]);
        }
    }
}

void mandelbrot(usize height, usize width, int32_t limit, int32_t *steps) {
#pragma omp parallel for schedule(dynamic, 4)
    for (usize y = 0; y < height; y++) {
        for (usize x = 0; x < width; x++) {
            double cx = -2.0 + 2.5 * (double)x / (double)width;
            double cy = -1.25 + 2.5 * (double)y / (double)height;
            double zx = 0.0, zy = 0.0;
            int32_t n = 0;
            while (n < limit && zx * zx + zy * zy <= 4.0) {
                double next = zx * zx - zy * zy + cx;
                zy = 2.0 * zx * zy + cy;
                zx = next;
                n++;
            }
            steps[y * width + x] = n;
        }
    }
}

static inline double normal(double x) {
    double k = 1.0 / (1.0 + 0.2316419 * fabs(x));
    double tail = 0.3989422804014327 * exp(-0.5 * x * x) *
                  (k * (0.31938153 +
                        k * (-0.356563782 +
                             k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))));
    return x > 0.0 ? 1.0 - tail : tail;
}

void black_scholes(usize n, const double *s, const double *x, const double *t, double *call,
                   double *put) {
    const double rate = 0.02, volatility = 0.3;
#pragma omp parallel for simd schedule(static)
    for (usize i = 0; i < n; i++) {
        double root = sqrt(t[i]);
        double d1 = (log(s[i] / x[i]) + (rate + 0.5 * volatility * volatility) * t[i]) /
                    (volatility * root);
        double d2 = d1 - volatility * root;
        double discount = exp(-rate * t[i]);
        double in = normal(d1), out = normal(d2);
        call[i] = s[i] * in - x[i] * discount * out;
        put[i] = x[i] * discount * (1.0 - out) - s[i] * (1.0 - in);
    }
}

void gravity(usize n, const double *place, const double *weight, double *pull) {
#pragma omp parallel for schedule(static)
    for (usize i = 0; i < n; i++) {
        double ax = 0.0, ay = 0.0, x = place[2 * i], y = place[2 * i + 1];
#pragma omp simd reduction(+ : ax, ay)
        for (usize j = 0; j < n; j++) {
            double dx = place[2 * j] - x, dy = place[2 * j + 1] - y;
            double square = dx * dx + dy * dy + 1e-2;
            double factor = weight[j] / (square * sqrt(square));
            ax += factor * dx;
            ay += factor * dy;
        }
        pull[2 * i] = ax;
        pull[2 * i + 1] = ay;
    }
}

static inline double uniform(uint64_t seed, uint64_t i) {
    uint64_t z = (seed << 32) + i + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

uint64_t circle(uint64_t seed, uint64_t n) {
    uint64_t inside = 0;
#pragma omp parallel for simd reduction(+ : inside) schedule(static)
    for (uint64_t i = 0; i < n; i++) {
        double x = uniform(seed, 2 * i), y = uniform(seed, 2 * i + 1);
        inside += x * x + y * y < 1.0;
    }
    return inside;
}

void life(usize rows, usize columns, const uint8_t *restrict old, uint8_t *restrict new) {
#pragma omp parallel for schedule(static)
    for (usize i = 0; i < rows; i++) {
        const uint8_t *up = old + (i == 0 ? rows - 1 : i - 1) * columns;
        const uint8_t *at = old + i * columns;
        const uint8_t *down = old + (i + 1 == rows ? 0 : i + 1) * columns;
        uint8_t *out = new + i * columns;
        for (usize j = 1; j < columns - 1; j++) {
            uint8_t sum = up[j - 1] + up[j] + up[j + 1] + at[j - 1] + at[j + 1] + down[j - 1] +
                          down[j] + down[j + 1];
            out[j] = (sum == 3) | ((sum == 2) & at[j]);
        }
        for (usize edge = 0; edge < 2; edge++) {
            usize j = edge == 0 ? 0 : columns - 1;
            usize left = j == 0 ? columns - 1 : j - 1, right = j + 1 == columns ? 0 : j + 1;
            uint8_t sum = up[left] + up[j] + up[right] + at[left] + at[right] + down[left] +
                          down[j] + down[right];
            out[j] = (sum == 3) | ((sum == 2) & at[j]);
        }
    }
}

// One round of k-means: counts and sums of the points nearest to each centre.
void cluster(usize n, usize dim, usize k, const double *points, const double *centres,
             int64_t *count, double *sum) {
    usize entries = k * dim;
#pragma omp parallel for reduction(+ : count[:k], sum[:entries]) schedule(static)
    for (usize i = 0; i < n; i++) {
        const double *point = points + i * dim;
        usize nearest = 0;
        double best = INFINITY;
        for (usize c = 0; c < k; c++) {
            double distance = 0.0;
            for (usize d = 0; d < dim; d++) {
                double along = point[d] - centres[c * dim + d];
                distance += along * along;
            }
            if (distance < best) best = distance, nearest = c;
        }
        count[nearest] += 1;
        for (usize d = 0; d < dim; d++) sum[nearest * dim + d] += point[d];
    }
}
