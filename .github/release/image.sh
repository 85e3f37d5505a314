#!/usr/bin/env bash
# Fills the folder that the Containerfile is built in, from the archives of a release.
# usage: image.sh ARCHIVES CONTEXT
set -euo pipefail
archives=$1
context=$2

for pair in amd64=x86_64 arm64=aarch64; do
    archive=$archives/zerodrift-${pair#*=}-unknown-linux-musl.tar.gz
    # A rehearsal has the archive of one platform.
    if [ ! -f "$archive" ] && [ -z "${GITHUB_ACTIONS:-}" ]; then
        continue
    fi
    mkdir -p "$context/${pair%=*}"
    tar -xzf "$archive" -C "$context/${pair%=*}" --strip-components 1 --wildcards '*/zerodrift'
done
cp /etc/ssl/certs/ca-certificates.crt "$context"
