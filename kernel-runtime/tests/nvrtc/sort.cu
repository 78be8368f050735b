// A bitonic network in shared memory; and an insertion sort in each thread's own memory.
extern "C" __global__ void bitonic(unsigned short *values) {
    __shared__ unsigned short v[128];
    int t = threadIdx.x;
    unsigned short *own = values + 128 * blockIdx.x;
    v[t] = own[t];
    __syncthreads();
    for (int size = 2; size <= 128; size *= 2)
        for (int away = size / 2; away > 0; away /= 2) {
            int other = t ^ away;
            if (other > t) {
                bool up = (t & size) == 0;
                unsigned short a = v[t], b = v[other];
                if ((a > b) == up) {
                    v[t] = b;
                    v[other] = a;
                }
            }
            __syncthreads();
        }
    own[t] = v[t];
}

extern "C" __global__ void medians(int n, const signed char *x, signed char *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    signed char own[9];
    for (int k = 0; k < 9; k++) {
        signed char next = x[i + k];
        int at = k;
        while (at > 0 && own[at - 1] > next) {
            own[at] = own[at - 1];
            at--;
        }
        own[at] = next;
    }
    out[i] = own[4];
}
