// Counts in shared memory by atomics, then in global memory; and what atomics return.
extern "C" __global__ void histogram(int n, const unsigned char *bytes, unsigned *counts) {
    __shared__ unsigned own[256];
    own[threadIdx.x] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&own[bytes[i]], 1u);
    __syncthreads();
    if (own[threadIdx.x]) atomicAdd(&counts[threadIdx.x], own[threadIdx.x]);
}

extern "C" __global__ void extremes(int n, const long long *x, long long *least, unsigned long long *ticket,
                                    long long *sorted_in) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    atomicMin(least, x[i]);
    if (x[i] % 3 == 0) sorted_in[atomicAdd(ticket, 1ull)] = x[i];
}

// A product by compare and swap, as atomics that the machine does not have are written.
extern "C" __global__ void product(int n, const unsigned *x, unsigned *result) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned old = *(volatile unsigned *)result, seen;
    do {
        seen = old;
        old = atomicCAS(result, seen, seen * x[i]);
    } while (old != seen);
}
