extern "C" __global__ void nbody(size_t n, size_t l, const float *__restrict__ x, const float *__restrict__ y, const float *__restrict__ z, const float *__restrict__ m, float *__restrict__ ax) {
    size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
        float s = 0.0f;
        for (size_t j = 0; j < l; j++) {
            float dx = x[j] - x[i], dy = y[j] - y[i], dz = z[j] - z[i];
            float d = dx * dx + dy * dy + dz * dz + 0.01f;
            s += m[j] * dx / (d * sqrtf(d));
        }
        ax[i] = s;
    }
}
