"""The environment variables of students' processes, and of whatever process they are forked from."""

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # else each thread takes 64 MB of address space, and one that gets none hangs
    "MALLOC_MMAP_THRESHOLD_": str(2**20),  # set at all, it keeps freed memory from piling up
    "PYTHONHASHSEED": "0",  # an order of sets that is the same in every run; `python -I` would ignore it
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "agg",  # nobody sees a window
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
}
