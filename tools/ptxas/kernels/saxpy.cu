extern "C" __global__ void saxpy(size_t n, float a, const float *__restrict__ x, float *__restrict__ y) {
    size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step)
        y[i] = a * x[i] + y[i];
}
