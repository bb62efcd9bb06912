"""What the parts cost beside the bare engines and their peers. Each module is a program: see its first lines."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the reading processes; numpy asks when it is loaded
