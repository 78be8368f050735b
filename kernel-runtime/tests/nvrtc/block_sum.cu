// A tree in shared memory, a barrier after every level; how many elements were positive, by a
// barrier that counts.
extern "C" __global__ void block_sum(int n, const double *x, double *sums, int *positive) {
    __shared__ double part[256];
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    double own = i < n ? x[i] : 0.0;
    part[t] = own;
    int count = __syncthreads_count(own > 0.0);
    for (int width = blockDim.x / 2; width > 0; width /= 2) {
        if (t < width) part[t] += part[t + width];
        __syncthreads();
    }
    if (t == 0) {
        sums[blockIdx.x] = part[0];
        positive[blockIdx.x] = count;
    }
}
