extern "C" __global__ void total(size_t n, const int *__restrict__ x, const bool *__restrict__ mask, long long *__restrict__ out) {
    size_t step = (size_t)gridDim.x * blockDim.x, first = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    long long s = 0;
    for (size_t i = first; i < n; i += step)
        if (mask[i])
            s += (long long)x[i] * x[i];
    out[first] = s;
}
