from emsp_adapter.bootstrap import main

raise SystemExit(main())
