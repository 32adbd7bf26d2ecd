# shellcheck shell=bash
# How the scripts install what is missing. Needs messages.sh.

packages_updated=no

# Installs Debian packages: install_packages NAME...
install_packages() {
  local -a elevate=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing: $*. Install them as root (apt-get install $*), or install sudo."
    elevate=(sudo)
  fi
  command -v apt-get >/dev/null ||
    die "these packages are missing, under Debian's names: $*. Install them with this system's own package manager."
  say "installing $*"
  local -a apt=("${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  if [ "$packages_updated" = no ]; then
    "${apt[@]}" update >/dev/null || die "the list of packages could not be updated. Is there a network?"
    packages_updated=yes
  fi
  "${apt[@]}" install --yes --no-install-recommends "$@" >/dev/null </dev/null ||
    die "apt-get could not install $*: its own message stands above."
}
