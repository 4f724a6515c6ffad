#!/usr/bin/env python3
"""ranks.py [--ranks 2] [--bench PATH] [--rounds 3] [STEP OPTION...]

How much of the speed of so many independent one-thread processes ranks of one thread keep: letterpress-bench step, as many
processes at once as ranks, then the same under mpirun, in turns. Options after -- go to letterpress-bench step. Prints each round,
the medians, and the bytes that a rank sends in a step beside the least that sums need.
Build first: swift build -c release --product letterpress-bench. Nothing else may run meanwhile.
"""
import argparse
import json
import os
import statistics
import subprocess

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--ranks", type=int, default=2)
parser.add_argument("--bench", default=".build/release/letterpress-bench")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("options", nargs="*", help="for letterpress-bench step, after --")
arguments = parser.parse_args()
step = [arguments.bench, "step", "--threads", "1", *arguments.options]


def last(text):
    return json.loads(text.splitlines()[-1])


def alone():
    # Each on a core of its own, as mpirun binds ranks.
    cores = sorted(os.sched_getaffinity(0))
    running = [
        subprocess.Popen(["taskset", "-c", str(cores[rank % len(cores)]), *step], stdout=subprocess.PIPE, text=True)
        for rank in range(arguments.ranks)
    ]
    return [last(process.communicate()[0]) for process in running]


def together():
    command = ["mpirun", "--allow-run-as-root", "--bind-to", "core", "-n", str(arguments.ranks), *step]
    return last(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


shares = []
for number in range(arguments.rounds):
    single, joined = alone(), together()
    rate = sum(found["patches_per_second"] for found in single)
    shared = joined["patches_per_second"] * arguments.ranks
    shares.append(shared / rate)
    print(f"round {number + 1}: {rate:.0f} patches/s by {arguments.ranks} processes, {shared:.0f} by as many ranks "
          f"({shares[-1]:.3f}); a step {joined['seconds']:.3f} s, of it sums {joined['exchange_seconds']:.3f} s", flush=True)
print(f"median {statistics.median(shares):.3f}; {joined['parameters']} parameters, a rank sends {joined['sent_bytes_by_step']:.0f} "
      f"bytes a step, the least is {joined['least_bytes_by_step']:.0f} ({joined['sent_bytes_by_step'] / joined['least_bytes_by_step']:.4f})")
