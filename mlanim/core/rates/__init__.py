"""How large the steps of a training should be: sweeps, range tests, schedules."""
