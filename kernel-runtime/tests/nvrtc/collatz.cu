// Every lane leaves the loop at a time of its own.
extern "C" __global__ void collatz(int n, unsigned *steps, unsigned long long *highest) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned long long x = i + 1, most = x;
    unsigned count = 0;
    while (x != 1) {
        x = x % 2 ? 3 * x + 1 : x / 2;
        if (x > most) most = x;
        count++;
        if (count > 300) break;
    }
    steps[i] = count;
    highest[i] = most;
}
