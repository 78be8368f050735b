// The kernels of examples/gpu_check in CUDA C++, and CUB's reductions: what a programmer writes who
// wants the same loops, with the same arithmetic (compile with -fmad=false).
//
//   nvcc -O3 -std=c++17 -arch=native -fmad=false -o peers peers.cu
//   ./peers LIST SIDE FEW RUNS
//
// Prints lines of a kernel's name, `nvcc` or another peer, and the seconds of the fastest run, with
// tabs between. Tiled kernels are there where the plain one is not what one would ship.

#include <cub/cub.cuh>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thrust/iterator/counting_iterator.h>
#include <algorithm>

static void check(cudaError_t code, const char *what) {
    if (code != cudaSuccess) {
        std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(code));
        std::exit(1);
    }
}

__device__ __host__ static double value(size_t k) {
    uint64_t mixed = ((uint64_t)k + 1) * 0x9E3779B97F4A7C15ull >> 32;
    return (double)mixed / 4294967296.0 - 0.5;
}

template <class T> __global__ void fill(T *x, size_t n, size_t seed, double scale, double offset) {
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += (size_t)gridDim.x * blockDim.x)
        x[i] = (T)(offset + scale * value(i + seed));
}

template <class T> struct Array {
    T *at;
    Array(size_t n, size_t seed = 0, double scale = 1, double offset = 0) {
        check(cudaMalloc(&at, n * sizeof(T)), "allocating");
        fill<<<1024, 256>>>(at, n, seed, scale, offset);
    }
    Array(const Array &) = delete;
    ~Array() { cudaFree(at); }
};

static int runs = 5;

static void timed(const char *kernel, const char *who, const std::function<void()> &launch) {
    cudaEvent_t begin, end;
    cudaEventCreate(&begin);
    cudaEventCreate(&end);
    float best = 1e30f;
    for (int run = 0; run < runs + 2; run++) {
        check(cudaDeviceSynchronize(), kernel);
        cudaEventRecord(begin);
        launch();
        cudaEventRecord(end);
        check(cudaDeviceSynchronize(), kernel);
        float millis;
        cudaEventElapsedTime(&millis, begin, end);
        best = run < 2 ? best : std::min(best, millis);
    }
    std::printf("%s\t%s\t%.9f\n", kernel, who, best / 1e3);
    std::fflush(stdout);
}

static unsigned blocks(size_t n, unsigned threads) { return (unsigned)((n + threads - 1) / threads); }

__global__ void copy(const float *__restrict__ x, float *__restrict__ y, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i];
}

__global__ void saxpy(float a, const float *__restrict__ x, float *__restrict__ y, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i < n) y[i] += a * x[i];
}

__global__ void stencil(const float *__restrict__ x, float *__restrict__ y, size_t rows, size_t columns) {
    size_t j = blockIdx.x * (size_t)blockDim.x + threadIdx.x + 1;
    size_t i = blockIdx.y * (size_t)blockDim.y + threadIdx.y + 1;
    if (i < rows - 1 && j < columns - 1) {
        const float *at = x + i * columns + j;
        float sides = at[-1] + at[1];
        y[i * columns + j] = 0.25f * (sides + at[-(ptrdiff_t)columns] + at[columns]);
    }
}

__global__ void transpose(const float *__restrict__ x, float *__restrict__ y, size_t rows, size_t columns) {
    size_t j = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    size_t i = blockIdx.y * (size_t)blockDim.y + threadIdx.y;
    if (i < rows && j < columns) y[j * rows + i] = x[i * columns + j];
}

__global__ void transpose_tiled(const float *__restrict__ x, float *__restrict__ y, size_t rows, size_t columns) {
    __shared__ float tile[32][33];
    size_t j = blockIdx.x * 32 + threadIdx.x, i = blockIdx.y * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8)
        if (i + k < rows && j < columns) tile[threadIdx.y + k][threadIdx.x] = x[(i + k) * columns + j];
    __syncthreads();
    j = blockIdx.y * 32 + threadIdx.x, i = blockIdx.x * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8)
        if (i + k < columns && j < rows) y[(i + k) * rows + j] = tile[threadIdx.x][threadIdx.y + k];
}

// A row's sum in the source's order, by one thread.
__global__ void row_sums(const float *__restrict__ x, float *__restrict__ y, size_t rows, size_t columns) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i >= rows) return;
    float total = 0;
    for (size_t j = 0; j < columns; j++) total += x[i * columns + j];
    y[i] = total;
}

// Another order: a block for each row.
__global__ void row_sums_by_blocks(const float *__restrict__ x, float *__restrict__ y, size_t columns) {
    float total = 0;
    for (size_t j = threadIdx.x; j < columns; j += blockDim.x) total += x[blockIdx.x * columns + j];
    using Reduce = cub::BlockReduce<float, 256>;
    __shared__ typename Reduce::TempStorage storage;
    total = Reduce(storage).Sum(total);
    if (threadIdx.x == 0) y[blockIdx.x] = total;
}

__global__ void multiply_add(float a, float b, float *y, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = y[i], s = x, t = x + 1, u = x + 2, v = x + 3, p = x + 4, q = x + 5, r = x + 6, w = x + 7;
    for (int k = 0; k < 256; k++) {
        s = __fmaf_rn(s, a, b), t = __fmaf_rn(t, a, b), u = __fmaf_rn(u, a, b), v = __fmaf_rn(v, a, b);
        p = __fmaf_rn(p, a, b), q = __fmaf_rn(q, a, b), r = __fmaf_rn(r, a, b), w = __fmaf_rn(w, a, b);
    }
    y[i] = (s + t + u + v) + (p + q + r + w);
}

__global__ void product(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, size_t n) {
    size_t j = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    size_t i = blockIdx.y * (size_t)blockDim.y + threadIdx.y;
    if (i >= n || j >= n) return;
    float total = 0;
    for (size_t k = 0; k < n; k++) total += a[i * n + k] * b[k * n + j];
    c[i * n + j] = total;
}

__global__ void product_tiled(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, size_t n) {
    __shared__ float left[32][32], right[32][32];
    size_t j = blockIdx.x * 32 + threadIdx.x, i = blockIdx.y * 32 + threadIdx.y;
    float total = 0;
    for (size_t k = 0; k < n; k += 32) {
        left[threadIdx.y][threadIdx.x] = i < n && k + threadIdx.x < n ? a[i * n + k + threadIdx.x] : 0;
        right[threadIdx.y][threadIdx.x] = j < n && k + threadIdx.y < n ? b[(k + threadIdx.y) * n + j] : 0;
        __syncthreads();
        for (int l = 0; l < 32; l++) total += left[threadIdx.y][l] * right[l][threadIdx.x];
        __syncthreads();
    }
    if (i < n && j < n) c[i * n + j] = total;
}

__global__ void n_body(const float *__restrict__ at, float *__restrict__ force, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i >= n) return;
    float fx = 0, fy = 0, fz = 0;
    for (size_t j = 0; j < n; j++) {
        float dx = at[3 * j] - at[3 * i], dy = at[3 * j + 1] - at[3 * i + 1], dz = at[3 * j + 2] - at[3 * i + 2];
        float square = dx * dx + dy * dy + dz * dz + 0.01f;
        float pull = 1.0f / (square * sqrtf(square));
        fx += dx * pull, fy += dy * pull, fz += dz * pull;
    }
    force[3 * i] = fx, force[3 * i + 1] = fy, force[3 * i + 2] = fz;
}

__global__ void mandelbrot(uint32_t most, uint32_t *steps, size_t rows, size_t columns) {
    size_t j = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    size_t i = blockIdx.y * (size_t)blockDim.y + threadIdx.y;
    if (i >= rows || j >= columns) return;
    double re = 3.0 * (double)j / (double)columns - 2.25, im = 2.5 * (double)i / (double)rows - 1.25;
    double x = 0, y = 0;
    uint32_t count = 0;
    while (count < most && x * x + y * y <= 4.0) {
        double next = x * x - y * y + re;
        y = 2.0 * x * y + im;
        x = next;
        count++;
    }
    steps[i * columns + j] = count;
}

__device__ static double normal(double x) {
    double k = 1.0 / (1.0 + 0.2316419 * fabs(x));
    double inner = -0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429));
    double tail = 0.3989422804014327 * exp(-0.5 * x * x) * (k * (0.31938153 + k * inner));
    return x > 0.0 ? 1.0 - tail : tail;
}

__global__ void black_scholes(const double *__restrict__ s, const double *__restrict__ x, const double *__restrict__ t,
                              double *__restrict__ call, double *__restrict__ put, size_t n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    if (i >= n) return;
    double root = sqrt(t[i]);
    double drift = (0.02 + 0.5 * 0.3 * 0.3) * t[i];
    double d1 = (log(s[i] / x[i]) + drift) / (0.3 * root);
    double d2 = d1 - 0.3 * root;
    double discount = exp(-0.02 * t[i]);
    double inside = normal(d1), outside = normal(d2);
    call[i] = s[i] * inside - x[i] * discount * outside;
    put[i] = x[i] * discount * (1.0 - outside) - s[i] * (1.0 - inside);
}

struct Product {
    const float *x, *y;
    __device__ float operator()(size_t i) const { return x[i] * y[i]; }
};

// CUB's two calls: how much room it needs, and the work.
template <class Call> static void reduced(const char *kernel, const char *who, Call call) {
    void *room = nullptr;
    size_t bytes = 0;
    check(call(room, bytes), kernel);
    check(cudaMalloc(&room, bytes), "allocating");
    timed(kernel, who, [&] { check(call(room, bytes), kernel); });
    cudaFree(room);
}

static void of_lists(size_t n) {
    Array<float> x(n, 2), y(n, 3), out(1);
    timed("copy", "cudaMemcpy", [&] { cudaMemcpyAsync(y.at, x.at, 4 * n, cudaMemcpyDeviceToDevice); });
    timed("copy", "nvcc", [&] { copy<<<blocks(n, 256), 256>>>(x.at, y.at, n); });
    reduced("sum of f32", "CUB", [&](void *room, size_t &bytes) {
        return cub::DeviceReduce::Sum(room, bytes, x.at, out.at, (long long)n);
    });
    reduced("dot product", "CUB", [&](void *room, size_t &bytes) {
        thrust::counting_iterator<long long> numbers(0);
        return cub::DeviceReduce::TransformReduce(room, bytes, numbers, out.at, (long long)n, cuda::std::plus<>{},
                                                  Product{x.at, y.at}, 0.0f);
    });
    timed("saxpy", "nvcc", [&] { saxpy<<<blocks(n, 256), 256>>>(2.5f, x.at, y.at, n); });
}

static void of_doubles(size_t n) {
    Array<double> x(n, 0), out(1);
    reduced("sum of f64", "CUB", [&](void *room, size_t &bytes) {
        return cub::DeviceReduce::Sum(room, bytes, x.at, out.at, (long long)n);
    });
}

static void of_planes(size_t n) {
    Array<float> x(n * n), y(n * n);
    dim3 threads(32, 8), grid(blocks(n, 32), blocks(n, 8)), wide(256, 1), rows(blocks(n, 256), n), tiles(blocks(n, 32), blocks(n, 32));
    timed("5-point stencil", "nvcc", [&] { stencil<<<grid, threads>>>(x.at, y.at, n, n); });
    timed("5-point stencil", "nvcc by rows", [&] { stencil<<<rows, wide>>>(x.at, y.at, n, n); });
    timed("transpose", "nvcc", [&] { transpose<<<grid, threads>>>(x.at, y.at, n, n); });
    timed("transpose", "nvcc tiled", [&] { transpose_tiled<<<tiles, threads>>>(x.at, y.at, n, n); });
    timed("sums of rows", "nvcc", [&] { row_sums<<<blocks(n, 64), 64>>>(x.at, y.at, n, n); });
    timed("sums of rows", "other order", [&] { row_sums_by_blocks<<<n, 256>>>(x.at, y.at, n); });
}

static void of_few(size_t few, size_t list) {
    size_t n = few;
    Array<float> a(n * n), b(n * n), c(n * n);
    dim3 threads(32, 8), grid(blocks(n, 32), blocks(n, 8)), tiles(blocks(n, 32), blocks(n, 32));
    timed("matrix product", "nvcc", [&] { product<<<grid, threads>>>(a.at, b.at, c.at, n); });
    timed("matrix product", "nvcc tiled", [&] { product_tiled<<<tiles, dim3(32, 32)>>>(a.at, b.at, c.at, n); });
    size_t many = 16 * few, side = 2 * few, chains = std::min(list, (size_t)1 << 22), options = list / 8;
    Array<float> at(3 * many), force(3 * many), y(chains, 6);
    timed("n bodies", "nvcc", [&] { n_body<<<blocks(many, 128), 128>>>(at.at, force.at, many); });
    timed("multiply-add", "nvcc", [&] { multiply_add<<<blocks(chains, 256), 256>>>(0.75f, 0.125f, y.at, chains); });
    Array<uint32_t> steps(side * side);
    timed("Mandelbrot set", "nvcc", [&] {
        mandelbrot<<<dim3(blocks(side, 32), blocks(side, 8)), threads>>>(1000, steps.at, side, side);
    });
    Array<double> price(options, 0, 40, 30), strike(options, 1, 40, 30), years(options, 2, 2, 1.1), calls(options), puts(options);
    timed("Black-Scholes", "nvcc", [&] {
        black_scholes<<<blocks(options, 256), 256>>>(price.at, strike.at, years.at, calls.at, puts.at, options);
    });
}

int main(int count, char **words) {
    auto word = [&](int at, size_t otherwise) { return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise; };
    size_t list = word(1, 1 << 27), side = word(2, 12000), few = word(3, 2048);
    runs = (int)word(4, 5);
    of_lists(list);
    of_doubles(list);
    of_planes(side);
    of_few(few, list);
}
