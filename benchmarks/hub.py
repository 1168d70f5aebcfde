"""How fast the hub is, and how well it keeps partners apart, against baselines in the same run."""

import sys

from benchmarks import fan_out, hanging, relay, restart


def main() -> int:
    """Each on a database of its own, one after the other."""
    return max([relay.main(), fan_out.main(), hanging.main(), restart.main()])


if __name__ == "__main__":
    sys.exit(main())
