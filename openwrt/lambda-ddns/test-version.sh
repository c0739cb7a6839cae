#!/bin/sh
# Run by the packages feed's CI in a container that has the package installed, but no procd, ubus or network.
# SPDX-License-Identifier: MIT

case "$1" in
lambda-ddns) lambda-ddns --version | grep -F "$PKG_VERSION" ;;
esac
