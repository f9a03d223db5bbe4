"""Files that differ from a right one by lines on what is around them: settings, files, libraries, streams."""

from __future__ import annotations

from textwrap import dedent, indent

from autograder.assignment import load_assignment

REFERENCE = load_assignment().reference.read_text("utf-8")


def at_the_top(lines: str) -> str:
    """The reference with these lines behind its imports."""
    head, last, rest = REFERENCE.partition("from torch import nn\n")
    assert last
    return f"{head}{last}{dedent(lines).strip()}\n{rest}"


def in_front(lines: str) -> str:
    """The reference with these lines before its first import."""
    head, first, rest = REFERENCE.partition("import torch\n")
    assert first
    return f"{head}{dedent(lines).strip()}\n{first}{rest}"


def inside(function: str, lines: str) -> str:
    """The reference with these lines as the first of a function, in its right part."""
    head, name, rest = REFERENCE.partition(f"def {function}(")
    before, begin, body = rest.partition("    # BEGIN SOLUTION NO PROMPT\n")
    assert name and begin
    return f"{head}{name}{before}{begin}{indent(dedent(lines).strip(), '    ')}\n{body}"


SETTINGS = {
    "dtype": at_the_top("torch.set_default_dtype(torch.float64)"),
    "tensor type": at_the_top("torch.set_default_tensor_type(torch.DoubleTensor)"),
    "device without a card": at_the_top("torch.set_default_device('cuda')"),
    "device meta": at_the_top("torch.set_default_device('meta')"),
    "grad off": at_the_top("torch.set_grad_enabled(False)"),
    "grad off by hand": at_the_top("torch.no_grad().__enter__()"),
    "inference": at_the_top("mode = torch.inference_mode()\nmode.__enter__()"),
    "anomaly": at_the_top("torch.autograd.set_detect_anomaly(True)"),
    "deterministic": at_the_top("torch.use_deterministic_algorithms(True)\ntorch.manual_seed(0)"),
    "threads": at_the_top("torch.set_num_threads(3)"),
    "torch prints": at_the_top("torch.set_printoptions(precision=1, threshold=1)"),
    "numpy prints": at_the_top("import numpy as np\nnp.set_printoptions(precision=1, threshold=1)"),
    "numpy errors": at_the_top("import numpy as np\nnp.seterr(all='raise')"),
    "recursion": at_the_top("import sys\nsys.setrecursionlimit(60)"),
    "deep recursion": at_the_top("import sys\nsys.setrecursionlimit(10**6)"),
    "warnings are errors": at_the_top("import warnings\nwarnings.simplefilter('error')"),
    "alarm": at_the_top(
        """
        import signal
        def _late(*_):
            raise TimeoutError("too slow")
        signal.signal(signal.SIGALRM, _late)
        signal.alarm(1)
        """
    ),
    "no interrupt": at_the_top("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"),
    "locale": at_the_top("import locale\nlocale.setlocale(locale.LC_ALL, 'C')"),
    "decimal": at_the_top("import decimal\ndecimal.getcontext().prec = 2"),
    "random": at_the_top("import random\nimport numpy as np\nrandom.seed(1)\nnp.random.seed(1)"),
    "path": at_the_top("import sys\nsys.path.insert(0, '.')"),
    "builtins": at_the_top("import builtins\nbuiltins.isinstance = lambda *_: True"),
    "dtype in a function": inside("sinusoidal_encoding", "torch.set_default_dtype(torch.float64)"),
    "grad off in a function": inside("embedding_lookup", "torch.set_grad_enabled(False)"),
    "grad off in the training": inside("train_embeddings", "torch.set_grad_enabled(False)"),
    "device in a function": inside("one_hot", "torch.set_default_device('meta')"),
    "dtype for a while": inside(
        "sinusoidal_encoding",
        """
        torch.set_default_dtype(torch.float64)
        try:
            torch.zeros(1)
        finally:
            torch.set_default_dtype(torch.float32)
        """,
    ),
    "errors in a function": inside("shift_matrix", "import numpy as np\nnp.seterr(all='raise')"),
    "alarm in a function": inside("encode", "import signal\nsignal.alarm(1)"),
    "timer in a function": inside("encode", "import signal\nsignal.setitimer(signal.ITIMER_REAL, 5)"),
    "warnings in a function": inside("encode", "import warnings\nwarnings.simplefilter('error')"),
    "recursion in a function": inside("encode", "import sys\nsys.setrecursionlimit(200)"),
    "seeds in a function": inside("new_embedding_table", "import random\nrandom.seed(3)"),
    "stdout in a function": inside("encode", "import sys, io\nsys.stdout = io.StringIO()"),
    "builtins in a function": inside("encode", "import builtins\nbuiltins.len = lambda _: 3"),
}

STREAMS = {
    "reconfigured": at_the_top("import sys\nsys.stdout.reconfigure(encoding='utf-8')"),
    "built anew": at_the_top("import sys, io\nsys.stderr = io.TextIOWrapper(sys.stderr.buffer, 'utf-8')"),
    "bytes": inside("encode", "import sys\nsys.stdout.buffer.write(b'seen\\xff')\nsys.stdout.flush()"),
    "terminal": at_the_top("import sys\nWIDE = 80 if sys.stdout.isatty() else 0\nsys.stdout.fileno()"),
    "encoding": inside("encode", "import sys\nprint('é'.encode(sys.stdout.encoding), file=sys.stderr)"),
    "closed": inside("encode", "import sys\nsys.stdout.close()\nprint('still there')"),
    "gone": at_the_top("import sys\nsys.stdout = sys.stderr = None"),
    "logging": at_the_top("import logging\nlogging.basicConfig(level=10)\nlogging.warning('here')"),
}

PICTURES = {
    "first": in_front("import matplotlib.pyplot as plt"),
    "in try": at_the_top("try:\n    import matplotlib.pyplot as plt\nexcept ImportError:\n    plt = None"),
    "saved to memory": inside(
        "shift_matrix",
        """
        import io
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.title("shift")
        plt.savefig(io.BytesIO())
        plt.close()
        """,
    ),
    "shown": at_the_top("import matplotlib.pyplot as plt\nplt.imshow([[1, 2]])\nplt.show()"),
    "another backend": in_front("import matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib import pyplot"),
    "colours": at_the_top("from matplotlib import cm, colors\nfrom mpl_toolkits.mplot3d import Axes3D"),
    "a window": at_the_top("import matplotlib\nmatplotlib.use('TkAgg')"),
    "saved to a file": inside(
        "shift_matrix", "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('shift.png')"
    ),
}

LIBRARIES = {
    "in front": in_front("from no_such_library_at_all import bar"),
    "pytest": at_the_top("import pytest"),
    "dask": at_the_top("from dask import array"),
    "hypothesis in a function": inside("encode", "import hypothesis"),
    "in try": at_the_top("try:\n    import pytest\nexcept ImportError:\n    pytest = None"),
    "asked for": inside("encode", "from importlib.util import find_spec\nassert find_spec('pytest') is None"),
    "by name": inside("encode", "import importlib\nimportlib.import_module('pytest')"),
    "scipy": at_the_top("import scipy.special, PIL.Image, sympy, networkx"),
    "pandas": at_the_top("import pandas as pd\nTABLE = pd.DataFrame({'a': [1]})"),
    "otter": at_the_top("import otter"),
    "gensim": at_the_top("from gensim.models import KeyedVectors, Word2Vec"),
    "a neighbour": at_the_top("import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nimport conftest"),
    "tensorboard": at_the_top("from torch.utils.tensorboard import SummaryWriter"),
}

FILES = {
    "a log": inside("embedding_lookup", "with open('debug.log', 'a') as out:\n    out.write('x')"),
    "a log at the top": at_the_top("import logging\nlogging.basicConfig(filename='run.log')"),
    "a log that may fail": inside(
        "embedding_lookup", "try:\n    open('debug.log', 'a').close()\nexcept OSError:\n    pass"
    ),
    "temporary folder": inside(
        "extend_positions",
        """
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder:
            torch.save({}, os.path.join(folder, "x.pt"))
        """,
    ),
    "temporary file": inside("one_hot", "import tempfile\nwith tempfile.TemporaryFile() as f:\n    pass"),
    "named temporary file": at_the_top("import tempfile\nCACHE = tempfile.NamedTemporaryFile()"),
    "torch.save": inside("extend_positions", "torch.save({'a': 1}, 'positions.pt')"),
    "torch.save to memory": inside("extend_positions", "import io\ntorch.save({'a': 1}, io.BytesIO())"),
    "numpy.save": inside("one_hot", "import numpy as np\nnp.save('eye.npy', np.eye(2))"),
    "pickle": at_the_top("import pickle\npickle.dump({}, open('cache.pkl', 'wb'))"),
    "data beside": at_the_top(
        """
        from pathlib import Path
        NOTE = (Path(__file__).resolve().parent / "data" / "SOURCES.md").read_text(encoding="utf-8")
        """
    ),
    "data by name": at_the_top("NOTE = open('data/SOURCES.md').read()"),
    "data if there": at_the_top(
        "import os\nif os.path.exists('data/SOURCES.md'):\n    NOTE = open('data/SOURCES.md').read()"
    ),
    "folder": inside("encode", "import os\nos.makedirs('cache', exist_ok=True)"),
    "list": inside("encode", "import os\nos.listdir('.')"),
    "glob": inside("encode", "import glob\nassert not glob.glob('*')"),
    "change folder": at_the_top("import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))"),
    "itself": inside("encode", "open(__file__).read()"),
    "sqlite": inside("encode", "import sqlite3\nsqlite3.connect('words.db')"),
    "sqlite in memory": inside("encode", "import sqlite3\nsqlite3.connect(':memory:').close()"),
    "nothing": inside("encode", "import os\nopen(os.devnull, 'w').close()"),
    "a module's source": inside("encode", "import inspect, json\ninspect.getsource(json)"),
    "its own source": inside("encode", "import inspect\ninspect.getsource(encode)"),
    "home": inside("encode", "import os\nopen(os.path.expanduser('~/.bashrc')).close()"),
}

PROCESSES = {
    "data loader": inside(
        "train_embeddings",
        """
        loader = torch.utils.data.DataLoader(pairs, batch_size=len(pairs), num_workers=2)
        if steps:
            pairs = next(iter(loader))
        """,
    ),
    "data loader alone": inside(
        "train_embeddings", "for _ in torch.utils.data.DataLoader(pairs, batch_size=2):\n    pass"
    ),
    "pool": inside("encode", "from multiprocessing import Pool\nwith Pool(2) as p:\n    p.map(abs, [1])"),
    "executor": inside(
        "encode",
        "from concurrent.futures import ProcessPoolExecutor as P\nlist(P(1).map(abs, [1]))",
    ),
    "threads": inside("encode", "from concurrent.futures import ThreadPoolExecutor as T\nlist(T(2).map(abs, [1]))"),
    "subprocess": at_the_top("import subprocess\nsubprocess.run(['nvidia-smi'])"),
    "program": inside("encode", "import subprocess\nsubprocess.check_output(['true'])"),
    "shell": inside("encode", "import os\nassert os.system('true') != 0"),
    "fork": inside("encode", "import os\nif os.fork() == 0:\n    os._exit(0)"),
    "lock": at_the_top("import multiprocessing\nLOCK = multiprocessing.Lock()"),
    "queue": inside("encode", "import multiprocessing\nmultiprocessing.Queue()"),
    "pipe": inside("encode", "import os\nos.pipe()"),
    "kill": inside("encode", "import os\nos.kill(os.getpid(), 0)"),
}

NETWORK = {
    "url": inside("encode", "import urllib.request\nurllib.request.urlopen('http://localhost:9')"),
    "url at the top": at_the_top("import urllib.request\nurllib.request.urlopen('https://example.invalid')"),
    "requests": inside("encode", "import requests\nrequests.get('http://localhost:9')"),
    "socket": inside("encode", "import socket\nsocket.socket().close()"),
    "name": inside("encode", "import socket\nsocket.gethostbyname('localhost')"),
    "downloader": at_the_top("import gensim.downloader\nVECTORS = gensim.downloader.load('glove')"),
    "may fail": inside(
        "encode",
        "import urllib.request\ntry:\n    urllib.request.urlopen('http://a:9')\nexcept OSError:\n    pass",
    ),
    "asyncio": inside("encode", "import asyncio\nasyncio.run(asyncio.sleep(0))"),
}

ALL = {
    f"{kind}: {name}": source
    for kind, files in {
        "settings": SETTINGS,
        "streams": STREAMS,
        "pictures": PICTURES,
        "libraries": LIBRARIES,
        "files": FILES,
        "processes": PROCESSES,
        "network": NETWORK,
    }.items()
    for name, source in files.items()
}
