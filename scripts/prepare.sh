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

# How to become root without being asked for a password; a command that fails where that is not possible.
find_root() {
  as_root=()
  [[ $(id -u) -eq 0 ]] && return
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); else as_root=(false); fi
}

need_postgres() {
  find_postgres && return
  local as_root
  find_root
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

# The full Fashion-MNIST and the photographs that samples/make-domain-benchmark.cs blends it with (both free, some 50 MB).
need_domain_pictures() {
  local packages=() as_root
  [[ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]] || packages+=(dataset-fashion-mnist)
  [[ -e /usr/share/backgrounds/life_by_Aitzol_Berasategi.jpg ]] || packages+=(lomiri-wallpapers-16.04)
  [[ ${#packages[@]} -eq 0 ]] && return
  echo "Pictures are missing; installing ${packages[*]} ..." >&2
  find_root
  if ! command -v apt-get >/dev/null ||
    ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages[*]}" >/dev/null; then
    echo "They could not be installed. Install them and run this again:  sudo apt-get install ${packages[*]}" >&2
    echo "Without the photographs:  dotnet run samples/make-domain-benchmark.cs --textures   (numbers then do not compare with others)" >&2
    return 1
  fi
}
