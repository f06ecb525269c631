# What Swath needs of the machine: installed where apt and root or sudo are at hand, named exactly everywhere else.
# Sourced by ./swath when something is missing.

explain_dotnet() {
  case "$(uname -s)" in
    Darwin) die "the .NET 10 SDK is missing. Install it: brew install dotnet-sdk (or https://dotnet.microsoft.com/download/dotnet/10.0)" ;;
    *) die "the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download/dotnet/10.0, or where your system has it: sudo apt-get install dotnet-sdk-10.0" ;;
  esac
}

check_sdk() {
  "$dotnet" --list-sdks 2> /dev/null | grep -q '^10\.' || explain_dotnet
}

# as_root COMMAND...: runs it as root; fails when there is no way to.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo > /dev/null && { sudo -n true 2> /dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 1
  fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2 < /dev/null; }

# The shared library's package carries its version in its name: libgdal32 in Debian 12, libgdal34t64 in Ubuntu 24.04.
gdal_package() {
  apt-cache search --names-only '^libgdal[0-9]+(t64)?$' | cut -d' ' -f1 | sort -V | tail -n 1
}

# install_or_explain gdal postgresql: whichever are named.
install_or_explain() {
  local packages=() part package
  if command -v apt-get > /dev/null && [ "${SWATH_INSTALL:-}" != no ]; then
    [ -n "$(gdal_package)" ] || apt update || true
    for part in "$@"; do
      package=$part
      [ "$part" != gdal ] || package=$(gdal_package)
      packages+=("${package:-libgdal32}")
    done
    say "Installing ${packages[*]} ..."
    # A stale list names versions that the mirror has no more.
    if apt install -y --no-install-recommends "${packages[@]}" || { apt update && apt install -y --no-install-recommends "${packages[@]}"; }; then
      return
    fi
    die "missing: ${packages[*]}. Install: sudo apt-get install ${packages[*]}"
  fi
  for part in "$@"; do
    case "$(uname -s):$part" in
      Darwin:gdal) packages+=("GDAL (brew install gdal)") ;;
      Darwin:postgresql) packages+=("PostgreSQL's server (brew install postgresql@17)") ;;
      *:gdal) packages+=("GDAL's library, libgdal (Debian: libgdal32; Fedora: gdal-libs), or set SWATH_GDAL_LIBRARY to it;") ;;
      *:postgresql) packages+=("PostgreSQL's server (Debian: postgresql; Fedora: postgresql-server), or set SWATH_POSTGRES_BIN or SWATH_DATABASE;") ;;
    esac
  done
  die "missing: ${packages[*]} then start again."
}

# Servers for the tests, which start their own: the packages' services must neither start now nor at the next boot.
install_servers() {
  local missing=()
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
  [ ${#missing[@]} -gt 0 ] && command -v apt-get > /dev/null && [ "${SWATH_INSTALL:-}" != no ] || return 0
  local policy=/usr/sbin/policy-rc.d mine=no
  say "Installing ${missing[*]} for the tests ..."
  if [ ! -e "$policy" ] && as_root sh -c "printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod +x $policy"; then mine=yes; fi
  apt install -y --no-install-recommends "${missing[@]}" || { apt update && apt install -y --no-install-recommends "${missing[@]}"; } \
    || say "They could not be installed: the tests that want them are skipped."
  [ "$mine" = no ] || as_root rm -f "$policy"
  [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet rabbitmq-server epmd.socket pgbouncer 2> /dev/null || true
}

# Independent programs that tests compare Swath's answers with, and what runs the AWS emulators. Tests that want them are skipped, loudly, without.
install_oracles() {
  local missing=()
  command -v gdaltransform > /dev/null || missing+=(gdal-bin)
  command -v node > /dev/null || missing+=(nodejs)
  command -v npm > /dev/null || missing+=(npm)
  command -v docker-compose > /dev/null || missing+=(docker-compose)
  /usr/bin/python3 -c 'import boto3' 2> /dev/null || missing+=(python3-boto3)
  /usr/bin/python3 -c 'import pika' 2> /dev/null || missing+=(python3-pika)
  if [ ${#missing[@]} -gt 0 ] && command -v apt-get > /dev/null; then
    say "Installing ${missing[*]} for the tests ..."
    apt install -y --no-install-recommends "${missing[@]}" || { apt update && apt install -y --no-install-recommends "${missing[@]}"; } \
      || say "They could not be installed: the tests that want them are skipped."
  fi
}
