# Sourced by run.sh and test.sh: what they need from the machine, installed where that is allowed and named where it is not.

need_dotnet() {
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  local wanted=10
  if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK $wanted is needed and 'dotnet' is not on the PATH. Install it (package dotnet-sdk-$wanted.0) and run this again." >&2
    exit 1
  fi
  if ! dotnet --list-sdks | grep -q "^$wanted\."; then
    echo "The .NET SDK $wanted is needed; there is: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' '). Install the package dotnet-sdk-$wanted.0 and run this again." >&2
    exit 1
  fi
}

# PostgreSQL's server programs: on the PATH, or where Debian, Ubuntu, Red Hat and Homebrew put them.
find_postgres() {
  command -v initdb >/dev/null && return
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
    compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' >/dev/null
}

need_postgres() {
  find_postgres && return
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); else as_root=(false); fi
  fi
  echo "PostgreSQL's server is missing; installing the package ..." >&2
  if command -v apt-get >/dev/null; then
    # The package would start a server of its own on port 5432; ours is private.
    "${as_root[@]}" mkdir -p /etc/postgresql-common 2>/dev/null &&
      { [[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null; } &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq -o Dpkg::Options::=--force-confold postgresql' >/dev/null || true
  elif command -v dnf >/dev/null; then
    "${as_root[@]}" dnf install -y -q postgresql-server >/dev/null || true
  fi
  if ! find_postgres; then
    echo "PostgreSQL's server programs (initdb, postgres) were not found and could not be installed." >&2
    echo "Install them and run this again:  sudo apt-get install postgresql   (or: sudo dnf install postgresql-server)" >&2
    exit 1
  fi
}
