// Shuffles, votes and the warp's own reductions.
extern "C" __global__ void warp_sum(const int *x, int *sums, int *most, unsigned *odd, int *prefix) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32;
    int own = x[i], sum = own, upto = own;
    for (int away = 16; away > 0; away /= 2) sum += __shfl_down_sync(~0u, sum, away);
    for (int away = 1; away < 32; away *= 2) {
        int before = __shfl_up_sync(~0u, upto, away);
        if (lane >= away) upto += before;
    }
    prefix[i] = upto;
    unsigned which = __ballot_sync(~0u, own & 1);
    int largest = __reduce_max_sync(~0u, own);
    if (lane == 0) {
        sums[i / 32] = sum;
        most[i / 32] = largest;
        odd[i / 32] = which;
    }
}

// Doubles go through shuffles in halves.
extern "C" __global__ void warp_exchange(const double *x, double *y) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    y[i] = __shfl_xor_sync(~0u, x[i], 5) - __shfl_sync(~0u, x[i], 3, 8);
}
