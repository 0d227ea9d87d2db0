"""Write ONNX, checked, run and held against the PyTorch module; or PyTorch source, by the file's ending."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.commands.console import DONE, add_file, add_json, analysis_of, design_of, print_json
from designer.errors import DesignerError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.onnx|.py")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    writers = {".onnx": _export_onnx, ".py": _export_source}
    ending = options.output.suffix.lower()
    if ending not in writers:
        raise DesignerError(f"{options.output}: end the name in .onnx for ONNX or .py for PyTorch source")
    return writers[ending](options)


def _export_onnx(options: argparse.Namespace) -> int:
    from designer.runtime.onnx_file import export_onnx

    report = export_onnx(design_of(options.file), options.output)
    if options.json:
        print_json(report.as_data())
    else:
        print(
            f"{report.path}: opset {report.opset}, {report.nodes} nodes, {report.file_bytes} bytes; checked and run in "
            f"{report.runtime}; largest difference from the PyTorch module {report.max_abs_difference:.3g}"
        )
    return DONE


def _export_source(options: argparse.Namespace) -> int:
    from designer.export.python_source import python_source
    from designer.files.atomic import write_whole

    write_whole(options.output, python_source(analysis_of(options.file)).encode())
    if options.json:
        print_json({"path": str(options.output), "file_bytes": options.output.stat().st_size})
    else:
        print(f"{options.output}: PyTorch source, {options.output.stat().st_size} bytes")
    return DONE
