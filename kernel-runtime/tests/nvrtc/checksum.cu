// A table in constant memory, bytes in order, bits turned around.
__constant__ unsigned table[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

extern "C" __global__ void crc32(int n, int length, const unsigned char *bytes, unsigned *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned crc = ~0u;
    for (int k = 0; k < length; k++) {
        crc ^= bytes[i * length + k];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    out[i] = ~crc;
}

extern "C" __global__ void bits(int n, const unsigned *x, unsigned *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned v = x[i];
    unsigned long long wide = __umulhi(v, 0x9e3779b9u) | (unsigned long long)v << 32;
    out[i] = __brev(v) ^ __byte_perm(v, i, 0x0213) ^ __funnelshift_l(v, i, 7) ^ __popc(v) ^ __clz(v) << 8 ^
             __ffsll((long long)wide) << 16 ^ (unsigned)(wide >> (v & 31)) ^ (v >> 3 & 0x1f);
}
