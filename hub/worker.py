"""One of several processes of the hub, started by their parent and never by hand."""

import sys

from hub.bootstrap import work

raise SystemExit(work(sys.argv[1:]))
