// A quotient whose last bits are the machine's own.
extern "C" __global__ void approximate(const float *x, float *out) { out[threadIdx.x] = __fdividef(1.0f, x[threadIdx.x]); }
