"""One of several processes of the CPO adapter, started by their parent and never by hand."""

import sys

from cpo_adapter.bootstrap import work

raise SystemExit(work(sys.argv[1:]))
