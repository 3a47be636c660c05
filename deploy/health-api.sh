#!/usr/bin/env bash
# Health check inside the Api's image, which has bash and no curl: is GET /health/live answered with 200?
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${ASPNETCORE_HTTP_PORTS:-8080}"
printf 'GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r status <&3
[[ $status == HTTP/*' 200 '* ]]
