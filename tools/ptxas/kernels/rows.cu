extern "C" __global__ void rows(size_t m, size_t n, const float *__restrict__ a, size_t a0, size_t a1, float *__restrict__ y) {
    size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < m; i += step) {
        float s = 0.0f;
        for (size_t j = 0; j < n; j++)
            s += a[i * a0 + j * a1];
        y[i] = s;
    }
}
