#!/usr/bin/env bash
# Installs a release of zerodrift; action.yml says which.
#
# The archive is kept in the tool cache of the runner. Other jobs can write there, so a cached archive is verified like a
# new one, and only a private copy is unpacked.
set -euo pipefail

fail() {
    printf '::error title=zerodrift is not installed::%s\n' "$1"
    exit 1
}

sha256() {
    if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

own_version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ACTION_PATH/../../../Cargo.toml")
version=${VERSION:-$own_version}
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
    fail "The input version is not a version such as 1.2.3."
fi
if ! [[ ${ACTION_REPOSITORY:-} =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]]; then
    fail "The runner does not say which repository this action is from. Use it as OWNER/REPOSITORY/.github/actions/setup@COMMIT."
fi
case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) archive=zerodrift-x86_64-unknown-linux-musl.tar.gz ;;
    Linux-ARM64) archive=zerodrift-aarch64-unknown-linux-musl.tar.gz ;;
    macOS-X64) archive=zerodrift-x86_64-apple-darwin.tar.gz ;;
    macOS-ARM64) archive=zerodrift-aarch64-apple-darwin.tar.gz ;;
    Windows-X64) archive=zerodrift-x86_64-pc-windows-msvc.zip ;;
    *) fail "There is no release for this platform. Supported are Linux and macOS on X64 and ARM64, and Windows on X64." ;;
esac
command -v gh > /dev/null || fail "The GitHub CLI (gh) is not on PATH. Install it on this runner."

download() {
    gh release download "v$version" --repo "$ACTION_REPOSITORY" --pattern "$1" --dir "$work" \
        || fail "Cannot download $1 of release v$version from $ACTION_REPOSITORY. If that repository is private, pass a token that can read it."
}

work=$(mktemp -d "$RUNNER_TEMP/zerodrift.XXXXXX")
cache=${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/zerodrift/$version
download SHA256SUMS
expected=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")
[[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "The checksums of release v$version do not list $archive."
if [ -f "$cache/$archive" ]; then
    cp "$cache/$archive" "$work/$archive"
    if [ "$(sha256 "$work/$archive")" != "$expected" ]; then rm "$work/$archive"; fi
fi
if [ ! -f "$work/$archive" ]; then download "$archive"; fi
found=$(sha256 "$work/$archive")
[ "$found" = "$expected" ] || fail "The checksum of $archive is $found, and the release lists $expected."

provenance=(--repo "$ACTION_REPOSITORY" --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml"
    --source-ref "refs/tags/v$version" --deny-self-hosted-runners)
if [ "$version" = "$own_version" ] && [[ ${ACTION_REF:-} =~ ^[0-9a-f]{40}$ ]]; then
    provenance+=(--source-digest "$ACTION_REF")
fi
gh attestation verify "$work/$archive" "${provenance[@]}" \
    || fail "The provenance of $archive is not verified: expected a build of tag v$version by the release workflow of $ACTION_REPOSITORY."

if ! { mkdir -p "$cache" && cp "$work/$archive" "$cache/$archive.$$" && mv "$cache/$archive.$$" "$cache/$archive"; }; then
    echo "The tool cache of this runner is not writable, so the next job downloads $archive again."
fi
case "$archive" in
    *.zip) (cd "$work" && unzip -q "$archive") ;;
    *) tar -xzf "$work/$archive" -C "$work" ;;
esac
folder=$work/$(basename "$(basename "$archive" .tar.gz)" .zip)
installed=$("$folder/zerodrift" --version)
[ "$installed" = "zerodrift $version" ] || fail "$archive contains $installed, and zerodrift $version was expected."
if [ "$RUNNER_OS" = Windows ]; then folder=$(cygpath --windows "$folder"); fi
echo "$folder" >> "$GITHUB_PATH"
echo "Installed $installed in $folder"
