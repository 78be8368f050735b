extern "C" __global__ void dot(size_t n, const double *__restrict__ x, const double *__restrict__ y, double *__restrict__ out) {
    size_t step = (size_t)gridDim.x * blockDim.x, first = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    double s = 0.0;
    for (size_t i = first; i < n; i += step)
        s += x[i] * y[i];
    out[first] = s;
}
