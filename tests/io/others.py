"""Makes the files with which tests/io/others.rs proves that gradus reads what PyTorch and NumPy write, and checks that they read what gradus writes.

Run by hand: pip install torch numpy safetensors, and then python3 tests/io/others.py. What gradus writes comes from
cargo test -p gradus --features io --test suite write_what_others_read -- --ignored
"""

import pathlib
import sys

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

sys.path.append(str(pathlib.Path(__file__).parent.parent / "golden"))
from layers import Gpt

FILES = pathlib.Path(__file__).parent / "files"


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(6, 5)
        self.layer2 = torch.nn.Linear(5, 4)

    def forward(self, x):
        return self.layer2(torch.tanh(self.layer1(x)))


class Cnn(torch.nn.Module):
    """The net of the chapter on convolution."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = torch.nn.Conv2d(1, 12, 5), torch.nn.Conv2d(12, 24, 5)
        self.scores = torch.nn.Linear(24 * 4 * 4, 10)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(self.conv1(x.reshape(-1, 1, 28, 28)), 2).relu()
        x = torch.nn.functional.max_pool2d(self.conv2(x), 2).relu()
        return self.scores(x.flatten(1))


MODELS = {"mlp": Mlp, "cnn": Cnn, "gpt": lambda: Gpt(symbols=7, places=6, width=8, heads=2)}


def make():
    torch.manual_seed(7)
    logits = {}
    for name, model in MODELS.items():
        model = model()
        x = {"mlp": torch.randn(3, 6), "cnn": torch.rand(2, 784), "gpt": torch.randint(7, (2, 5)).float()}[name]
        safetensors.torch.save_file(model.state_dict(), FILES / f"torch_{name}.safetensors")
        with torch.no_grad():
            logits |= {f"{name}/x": x.numpy(), f"{name}/logits": model(x).numpy()}
        if name == "mlp":
            np.savez(FILES / "torch_mlp.npz", **{name: w.numpy() for name, w in model.state_dict().items()})
    np.savez(FILES / "torch_logits.npz", **logits)
    halves = torch.tensor([1.0, -2.5, 65504.0, 6e-8, 1 / 3])
    tensors = {"half": halves.half(), "bfloat16": halves.bfloat16(), "steps": torch.tensor(3)}
    safetensors.torch.save_file(tensors, FILES / "torch_halves.safetensors")

    grid = np.arange(6).reshape(2, 3)
    arrays = {
        "f4": grid.astype("<f4"),
        "f8": grid / 3,
        "f2": grid.astype("<f2"),
        "i8": grid - 2**40,
        "fortran": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
        "number": np.float64(0.1),
        "empty": np.zeros((0, 3)),
        "layer1/W": np.ones((1, 1, 1, 1, 1, 1), dtype="<f4"),
    }
    np.savez(FILES / "numpy_stored.npz", **arrays)
    np.savez_compressed(FILES / "numpy_deflated.npz", **arrays)
    np.savez(FILES / "numpy_bytes.npz", pixels=grid.astype("u1"))
    np.savez(FILES / "numpy_big_endian.npz", w=grid.astype(">f4"))


def check():
    told = np.load(FILES / "gradus_logits.npz")
    for file in ["mlp.npz", "mlp.safetensors", "cnn.safetensors", "gpt.safetensors"]:
        path, name = FILES / f"gradus_{file}", file.partition(".")[0]
        if path.suffix == ".npz":
            state = {name: torch.from_numpy(w) for name, w in np.load(path).items()}
        else:
            state = safetensors.torch.load_file(path)
        model = MODELS[name]()
        model.load_state_dict(state, strict=True)
        with torch.no_grad():
            logits = model(torch.from_numpy(told[f"{name}/x"])).numpy()
        difference = np.abs(logits - told[f"{name}/logits"]).max()
        print(f"{path.name}: PyTorch's logits differ from gradus's by at most {difference:.1e}")
        assert difference < 1e-5
    ours = np.load(FILES / "gradus_arrays.npz")
    theirs = safetensors.numpy.load_file(FILES / "gradus_arrays.safetensors")
    for arrays in [ours, theirs]:
        assert sorted(arrays) == ["größe", "layer1/W", "none", "number"], sorted(arrays)
        assert arrays["number"] == 0.1 and arrays["number"].shape == () and arrays["number"].dtype == "<f8"
        assert arrays["none"].shape == (0, 3)
        assert (arrays["layer1/W"] == np.arange(6, dtype="<f4").reshape(2, 3)).all()
    print("NumPy reads gradus's arrays")


FILES.mkdir(exist_ok=True)
make()
if (FILES / "gradus_mlp.safetensors").exists():
    check()
