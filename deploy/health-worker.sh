#!/usr/bin/env bash
# Health check inside the worker's image: the worker touches this file every 5 s while it is alive and reaches the database.
set -euo pipefail
age=$(($(date +%s) - $(stat -c %Y "${Worker__HealthFile:?names the file}")))
[[ $age -lt 30 ]]
