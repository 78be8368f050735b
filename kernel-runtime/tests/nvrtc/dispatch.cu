// Calls that are not inlined, recursion, a table of jumps, and arguments that are structures.
struct Shape {
    int kind;
    double size[2];
};

__device__ __noinline__ unsigned gcd(unsigned a, unsigned b) { return b == 0 ? a : gcd(b, a % b); }

__device__ __noinline__ double area(const Shape *shape) {
    switch (shape->kind) {
        case 0: return shape->size[0];
        case 1: return shape->size[0] * shape->size[0];
        case 2: return shape->size[0] * shape->size[1];
        case 3: return 0.5 * shape->size[0] * shape->size[1];
        case 4: return shape->size[0] * shape->size[1] * 6.0 - 1.0;
        case 5: return shape->size[1] / 3.0;
        default: return -1.0;
    }
}

extern "C" __global__ void areas(int n, Shape scale, const Shape *shapes, double *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    Shape own = shapes[i];
    own.size[0] *= scale.size[own.kind & 1];
    out[i] = area(&own) + scale.kind;
}

extern "C" __global__ void divisors(int n, const unsigned *a, const unsigned *b, unsigned *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = gcd(a[i], b[i]);
}
