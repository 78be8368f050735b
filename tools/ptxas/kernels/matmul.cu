extern "C" __global__ void matmul(size_t m, size_t n, size_t l, const float *__restrict__ a, size_t a0, size_t a1, const float *__restrict__ b, size_t b0, size_t b1, float *__restrict__ c, size_t c0, size_t c1) {
    size_t step_i = (size_t)gridDim.y * blockDim.y, step_j = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.y * blockDim.y + threadIdx.y; i < m; i += step_i)
        for (size_t j = (size_t)blockIdx.x * blockDim.x + threadIdx.x; j < n; j += step_j) {
            float s = 0.0f;
            for (size_t k = 0; k < l; k++)
                s += a[i * a0 + k * a1] * b[k * b0 + j * b1];
            c[i * c0 + j * c1] = s;
        }
}
