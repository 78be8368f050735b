extern "C" __global__ void stencil(size_t m, size_t n, const float *__restrict__ a, size_t a0, size_t a1, float *__restrict__ b, size_t b0, size_t b1) {
    size_t step_i = (size_t)gridDim.y * blockDim.y, step_j = (size_t)gridDim.x * blockDim.x;
    for (size_t i = 1 + (size_t)blockIdx.y * blockDim.y + threadIdx.y; i < m - 1; i += step_i)
        for (size_t j = 1 + (size_t)blockIdx.x * blockDim.x + threadIdx.x; j < n - 1; j += step_j)
            b[i * b0 + j * b1] = 0.2f * (a[i * a0 + j * a1] + a[(i - 1) * a0 + j * a1] + a[(i + 1) * a0 + j * a1]
                + a[i * a0 + (j - 1) * a1] + a[i * a0 + (j + 1) * a1]);
}
