"""The worker with segments of a few frames, so that small films have some."""

import sys

from mlanim.export.worker import main
from mlanim.render import plan

if __name__ == "__main__":
    plan.SECONDS = 0.02
    sys.exit(main())
