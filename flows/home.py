"""Where the home folder is, for the commands that answer before the settings' library is loaded."""

import os
from pathlib import Path

VARIABLE = "BATCHPROOF_HOME"


def home_folder() -> Path:
    """Return the folder that `Settings().home` names: a test holds the two together."""
    return Path(os.environ.get(VARIABLE) or ".batchproof")
