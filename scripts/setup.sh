# shellcheck shell=bash
# Sourced by the other scripts: says what it does, installs the Debian packages that are missing, mounts tracefs, builds.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
    printf '== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# How to run a command as root: directly, with sudo, or not at all.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

is_installed() {
    [[ $(dpkg-query -W -f '${Status}' "$1" 2> /dev/null) == *'ok installed' ]]
}

install_packages() {
    local package missing=()
    command -v dpkg-query > /dev/null || {
        say "This is not Debian or Ubuntu; needed here are what these packages have: $*"
        return 0
    }
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends \
            "${missing[@]}" > /dev/null ||
        say "Could not install them. As root: apt-get install ${missing[*]}. Going on with what there is."
}

# Those of the packages that this system has at all: versions of compilers come and go, and some names differ.
install_known_packages() {
    local package missing=() known=()
    command -v apt-cache > /dev/null || return 0
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    as_root apt-get -qq update || true
    for package in "${missing[@]}"; do
        if [[ $(apt-cache policy "$package") == *'Candidate: '[^\(]* ]]; then
            known+=("$package")
        fi
    done
    install_packages "${known[@]}"
}

# perf and newer bpftrace want it; it is not mounted everywhere.
mount_tracefs() {
    [ ! -e /sys/kernel/tracing/README ] || return 0
    [ "$(id -u)" -eq 0 ] || {
        say "tracefs is not mounted: only root can trace here"
        return 0
    }
    say "Mounting tracefs on /sys/kernel/tracing"
    mount -t tracefs nodev /sys/kernel/tracing || say "Could not mount it; tests that trace will be skipped"
}

check_cmake() {
    local version
    version=$(cmake --version 2> /dev/null | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    [ -n "$version" ] || die "cmake is missing: install it"
    [ "$(printf '3.23\n%s\n' "$version" | sort -V | head -n 1)" = 3.23 ] ||
        die "cmake $version is too old: 3.23 or newer is needed"
}

# set_up PACKAGE...: what all scripts need, and these packages.
set_up() {
    cd "$root" || exit
    install_packages g++ cmake make pkg-config binutils bpftrace libcpp-httplib-dev nlohmann-json3-dev libcli11-dev "$@"
    mount_tracefs
    check_cmake
}

# The package of sanitizers and XRay for the installed clang++.
clang_runtime() {
    printf 'libclang-rt-%s-dev' "$(clang++ -dumpversion 2> /dev/null | cut -d. -f1)"
}

# build_in DIRECTORY CMAKE_OPTION...
build_in() {
    local output
    say "Configuring, in $1/"
    output=$(cmake -B "$@" 2>&1) || die "cmake failed: $output"
    say "Building"
    cmake --build "$1" --parallel "$(nproc)"
}
