"""The record of an import in a file beside the design's: ``net.import.json`` for ``net.design.json``."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from designer.errors import DesignFileError, RecordError
from designer.files.atomic import read_whole, write_whole
from designer.files.sidecar import ENDING as WEIGHT_ENDING
from designer.files.sidecar import weights_beside
from designer.importing.result import ImportResult

ENDING = ".import.json"
_MOST_BYTES = 256_000_000


def record_beside(design_file: str | os.PathLike[str]) -> Path:
    """The place of the record of how a design came in, whether it is there or not.

    Raises:
        DesignFileError: The name is no file's.
    """
    weights = weights_beside(design_file)
    return weights.with_name(weights.name.removesuffix(WEIGHT_ENDING) + ENDING)


def keep_record(result: ImportResult, design_file: str | os.PathLike[str]) -> None:
    """Write the record beside a design; the design itself is left out of it.

    Raises:
        DesignFileError: It cannot be written.
    """
    write_whole(record_beside(design_file), json.dumps(replace(result, design="").to_data()).encode())


def has_record(design_file: str | os.PathLike[str] | None) -> bool:
    """Whether a record lies beside a design."""
    return design_file is not None and record_beside(design_file).is_file()


def kept_record(design_file: str | os.PathLike[str] | None) -> ImportResult | None:
    """The record beside a design; None where there is none.

    Raises:
        DesignFileError: There is one that cannot be read, or is no record.
    """
    if design_file is None or not has_record(design_file):
        return None
    place = record_beside(design_file)
    try:
        return ImportResult.from_data(json.loads(read_whole(place, _MOST_BYTES)))
    except (ValueError, RecursionError, RecordError) as error:
        reason = f"it is no record of an import ({error}); importing the network again writes a new one"
        raise DesignFileError(os.fspath(place), "", reason) from error
