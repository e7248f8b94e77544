"""Makes the files with which tests/io/others.rs proves that gradus reads what PyTorch and NumPy write, and checks that they read what gradus writes.

Run by hand: pip install torch numpy safetensors, and then python3 tests/io/others.py. What gradus writes comes from
cargo test -p gradus --features io --test suite write_what_others_read -- --ignored
"""

import pathlib

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

FILES = pathlib.Path(__file__).parent / "files"


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(6, 5)
        self.layer2 = torch.nn.Linear(5, 4)

    def forward(self, x):
        return self.layer2(torch.tanh(self.layer1(x)))


def make():
    torch.manual_seed(7)
    mlp, x = Mlp(), torch.randn(3, 6)
    safetensors.torch.save_file(mlp.state_dict(), FILES / "torch_mlp.safetensors")
    np.savez(FILES / "torch_mlp.npz", **{name: w.numpy() for name, w in mlp.state_dict().items()})
    with torch.no_grad():
        np.savez(FILES / "torch_logits.npz", x=x.numpy(), logits=mlp(x).numpy())
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
    for name in ["gradus_mlp.safetensors", "gradus_mlp.npz"]:
        path = FILES / name
        if path.suffix == ".npz":
            state = {name: torch.from_numpy(w) for name, w in np.load(path).items()}
        else:
            state = safetensors.torch.load_file(path)
        mlp = Mlp()
        mlp.load_state_dict(state, strict=True)
        told = np.load(FILES / "gradus_logits.npz")
        with torch.no_grad():
            logits = mlp(torch.from_numpy(told["x"])).numpy()
        difference = np.abs(logits - told["logits"]).max()
        print(f"{name}: PyTorch's logits differ from gradus's by at most {difference:.1e}")
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
