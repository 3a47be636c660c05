#!/usr/bin/env bash
# Checks the compose file and the Dockerfiles without a container engine: the compose file resolves with and without the GPU, and refuses to start without
# secrets; every file that a Dockerfile copies is in the build context; the build stages of the CPU images run in an empty folder; and what they publish
# starts as a user without rights, from a folder it cannot write to, is healthy by the images' own health checks, and stops on SIGTERM.
# Usage: deploy/check.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/prepare.sh
need_dotnet
need_postgres

root=$(mktemp -d)
chmod 755 "$root"
running=()
finish() {
  for process in "${running[@]}"; do kill -9 "$process" 2>/dev/null || true; done
  [[ ! -d $root/postgres ]] || "${user[@]}" "$postgres_bin/pg_ctl" -D "$root/postgres" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$root"
}
trap finish EXIT

say() { echo "== $*"; }
fail() { echo "deploy/check.sh: $*" >&2; exit 1; }

# Root gives up its rights as the images do; anybody else has none to give up.
user=()
if [[ $(id -u) -eq 0 ]]; then user=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp); fi

# ---- the compose file -------------------------------------------------------------------------------------------------------------------------------
compose() {
  if docker compose version >/dev/null 2>&1; then docker compose --env-file "$root/env" "$@"
  elif command -v docker-compose >/dev/null; then docker-compose --env-file "$root/env" "$@"
  else fail "neither 'docker compose' nor 'docker-compose' is installed (package docker-compose)."; fi
}

say "docker-compose.yml"
printf 'POSTGRES_PASSWORD=check\nAPI_KEY=check-check-check\n' >"$root/env"
services() { compose "$@" config --services | sort | paste -sd' '; }
[[ $(services) == "api postgres worker" || $(services) == "api postgres worker worker-gpu" ]] || fail "unexpected services: $(services)"
[[ $(services --profile gpu) == "api postgres worker worker-gpu" ]] || fail "unexpected services with the gpu profile: $(services --profile gpu)"
compose --profile gpu config >"$root/compose.yml"
for dockerfile in $(sed -nE 's/^ *dockerfile: *//p' "$root/compose.yml"); do [[ -e $dockerfile ]] || fail "docker-compose.yml names $dockerfile, which is not there."; done
for secret in POSTGRES_PASSWORD API_KEY; do
  sed "s/^$secret=.*/$secret=/" -i.full "$root/env"
  if compose config >/dev/null 2>"$root/refusal"; then fail "docker-compose.yml accepts an empty $secret."; fi
  grep -q "Set $secret in .env" "$root/refusal" || fail "without $secret the refusal does not say what to do: $(cat "$root/refusal")"
  mv "$root/env.full" "$root/env"
  grep -q "^$secret=" .env.example || fail ".env.example does not name $secret."
done

# ---- the Dockerfiles --------------------------------------------------------------------------------------------------------------------------------
# The build context: what git knows or would add, cut down to what .dockerignore lets through (a list of "!path" under "*").
context=$root/context
mkdir "$context"
mapfile -t admitted < <(sed -n 's/^!//p' .dockerignore)
git ls-files -z --cached --others --exclude-standard -- "${admitted[@]}" | tar -c --null --files-from=- --ignore-failed-read | tar -x -C "$context"

# Instructions of a Dockerfile, one a line, comments and continuations gone.
instructions() { sed -E '/^[[:space:]]*#/d' "$1" | sed -E ':a; /\\$/{N; s/\\\n[[:space:]]*/ /; ba}' | sed '/^[[:space:]]*$/d'; }

# Runs one image's build stage with /source and /app in a folder of its own; leaves what it published in $root/<name>/app.
build_stage() {
  local place=$root/$1 instruction arguments words stage=""
  mkdir -p "$place/source"
  while read -r instruction arguments; do
    arguments=${arguments//\/source/$place\/source}
    arguments=${arguments//\/app/$place\/app}
    case $instruction in
      FROM) [[ -z $stage ]] || break; stage=build ;;
      COPY) read -ra words <<<"$arguments"; (cd "$context" && mkdir -p "$place/source/${words[-1]}" && copy "$place/source/${words[-1]}" "${words[@]:0:${#words[@]}-1}") ;;
      RUN) (cd "$place/source" && bash -euc "$arguments" </dev/null) ;;
      WORKDIR) ;;
      *) fail "$1: the build stage uses $instruction, which this check does not know." ;;
    esac
  done < <(instructions "deploy/Dockerfile.$1")
}

# As COPY does it: of a folder its contents, of a file the file.
copy() {
  local to=$1 source
  shift
  for source in "$@"; do if [[ -d $source ]]; then cp -a "$source/." "$to/"; else cp -a "$source" "$to/"; fi; done
}

for dockerfile in deploy/Dockerfile.*; do
  say "$dockerfile"
  while read -r instruction arguments; do
    [[ $instruction == COPY && $arguments != --from=* ]] || continue
    read -ra words <<<"$arguments"
    for source in "${words[@]:0:${#words[@]}-1}"; do [[ -e $context/$source ]] || fail "$dockerfile copies $source, which is not in the build context."; done
  done < <(instructions "$dockerfile")
  tail -n 1 "$dockerfile" | grep -q '^ENTRYPOINT' || fail "$dockerfile has no entry point at its end."
  for wanted in '^USER \$APP_UID' '^HEALTHCHECK '; do grep -q "$wanted" "$dockerfile" || fail "$dockerfile has no line $wanted"; done
done
cuda=$(dotnet msbuild src/Training/Training.csproj -p:TorchBackend=cuda -getItem:PackageReference)
grep -q '"TorchSharp-cuda-linux"' <<<"$cuda" || fail "-p:TorchBackend=cuda does not reference TorchSharp-cuda-linux."
if grep -q '"TorchSharp-cpu"' <<<"$cuda"; then fail "-p:TorchBackend=cuda still references TorchSharp-cpu."; fi

for image in api worker; do
  say "build stage of deploy/Dockerfile.$image"
  build_stage "$image"
  chmod -R a+rX,a-w "$root/$image/app"
  echo "published: $(du -sh "$root/$image/app" | cut -f1)"
done

# ---- what they publish ------------------------------------------------------------------------------------------------------------------------------
say "start, health, stop"
postgres_bin=$(dirname "$(readlink -f "$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")")
install -d -m 700 "$root/postgres"
install -d -m 755 "$root/spool" "$root/cache" "$root/alive"
if [[ $(id -u) -eq 0 ]]; then chown 65534:65534 "$root/postgres" "$root/spool" "$root/cache" "$root/alive"; fi
"${user[@]}" "$postgres_bin/initdb" -D "$root/postgres" -U check --auth=trust >/dev/null
"${user[@]}" "$postgres_bin/pg_ctl" -D "$root/postgres" -w -o "-k $root/postgres -c listen_addresses=''" start >/dev/null
export ConnectionStrings__Default="Host=$root/postgres;Database=postgres;Username=check"
export Api__Keys__0=check-check-check-check Api__SpoolPath=$root/spool
export Worker__CachePath=$root/cache Worker__HealthFile=$root/alive/worker
ASPNETCORE_HTTP_PORTS=$((20000 + RANDOM % 20000))
export ASPNETCORE_HTTP_PORTS

declare -A process
for image in api worker; do
  (cd "$root/$image/app" && exec "${user[@]}" dotnet "ContrastiveService.${image^}.dll" >"$root/$image.log" 2>&1) &
  process[$image]=$!
  running+=($!)
done
for image in api worker; do
  for second in {60..0}; do
    if bash "deploy/health-$image.sh" 2>/dev/null; then break; fi
    [[ $second -gt 0 ]] || { cat "$root/$image.log" >&2; fail "the published $image did not become healthy in 60 s."; }
    sleep 1
  done
  echo "$image is healthy"
done
grep -q libtorch_cpu.so "/proc/${process[worker]}/maps" || fail "the published worker looked for a GPU without loading libtorch."
if ASPNETCORE_HTTP_PORTS=1 bash deploy/health-api.sh 2>/dev/null; then fail "health-api.sh finds an Api where there is none."; fi
touch -d '1 minute ago' "$root/stale"
if Worker__HealthFile=$root/stale bash deploy/health-worker.sh; then fail "health-worker.sh takes a stale file for a living worker."; fi
for image in api worker; do
  kill -TERM "${process[$image]}"
  status=0
  wait "${process[$image]}" || status=$?
  [[ $status -eq 0 ]] || { cat "$root/$image.log" >&2; fail "the published $image ended with exit status $status on SIGTERM."; }
done
say "all is well"
