"""Times PyTorch's sums on the device: peers.py LIST SIDE RUNS prints lines as peers.cu does."""

import sys

import torch


def timed(kernel: str, who: str, runs: int, call) -> None:
    """Prints the seconds of the fastest run, by the device's clock."""
    best = float("inf")
    for run in range(runs + 2):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        begin.record()
        call()
        end.record()
        torch.cuda.synchronize()
        if run >= 2:
            best = min(best, begin.elapsed_time(end))
    print(f"{kernel}\t{who}\t{best / 1e3:.9f}", flush=True)


def main() -> None:
    length, side, runs = (int(word) for word in sys.argv[1:4])
    x, y = (torch.rand(length, device="cuda") - 0.5 for _ in range(2))
    timed("sum of f32", "torch.sum", runs, lambda: torch.sum(x))
    timed("dot product", "torch.dot", runs, lambda: torch.dot(x, y))
    del y
    x = x.double()
    timed("sum of f64", "torch.sum", runs, lambda: torch.sum(x))
    plane = torch.rand(side, side, device="cuda")
    timed("sums of rows", "torch.sum", runs, lambda: torch.sum(plane, 1))


main()
