#!/usr/bin/env bash
# Builds the image of a release, for every platform whose archive is there. Nothing runs in it, so no emulator is needed.
# usage: image.sh ARCHIVES IMAGE
set -euo pipefail
archives=$1
image=$2
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

platforms=
for pair in amd64=x86_64 arm64=aarch64; do
    architecture=${pair%=*}
    archive=$archives/zerodrift-${pair#*=}-unknown-linux-musl.tar.gz
    if [ -f "$archive" ]; then
        mkdir "$context/$architecture"
        tar -xzf "$archive" -C "$context/$architecture" --strip-components 1
        platforms+=${platforms:+,}linux/$architecture
    fi
done
cp /etc/ssl/certs/ca-certificates.crt "$context"
buildah build --isolation chroot --platform "$platforms" --manifest "$image" \
    --file "$(dirname "$0")/Containerfile" "$context"
