from cpo_adapter.bootstrap import main

raise SystemExit(main())
