from hub.bootstrap import main

raise SystemExit(main())
