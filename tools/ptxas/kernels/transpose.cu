extern "C" __global__ void transpose(size_t m, size_t n, const float *__restrict__ a, size_t a0, size_t a1, float *__restrict__ b, size_t b0, size_t b1) {
    size_t step_i = (size_t)gridDim.y * blockDim.y, step_j = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.y * blockDim.y + threadIdx.y; i < m; i += step_i)
        for (size_t j = (size_t)blockIdx.x * blockDim.x + threadIdx.x; j < n; j += step_j)
            b[i * b0 + j * b1] = a[j * a0 + i * a1];
}
