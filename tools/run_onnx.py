"""Has onnxruntime run what examples/elsewhere.rs wrote, and compares with the numbers that gradus computed. Each model is checked by onnx.checker first.

pip install numpy onnx onnxruntime; python3 tools/run_onnx.py CASES.json   (tried with onnx 1.23.2 and onnxruntime 1.32.0)
"""
import json
import sys
import time

import onnx
import onnxruntime
from compare import Table

onnxruntime.set_default_logger_severity(4)
began, table, without = time.time(), Table(), {}
for case in json.load(open(sys.argv[1])):
    model = bytes.fromhex(case["text"])
    onnx.checker.check_model(model, full_check=True)
    try:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    except Exception as reason:
        # An operator that it does not have for this kind of number; anything else is a fault of ours.
        assert "NOT_IMPLEMENTED" in str(reason), f"{case['name']}: {reason}"
        operator = str(reason).split("implementation for ")[-1].split("(")[0]
        without.setdefault(f"{operator} for {case['number']}", []).append(case["name"])
        continue
    names = [put.name for put in session.get_inputs()]
    table.row(case, lambda given: session.run(None, dict(zip(names, given))))
for operator, cases in without.items():
    print(f"onnxruntime has no {operator}: {', '.join(cases)}")
print(f"{table.end()}, {time.time() - began:.1f} s, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
sys.exit(table.wrong > 0)
