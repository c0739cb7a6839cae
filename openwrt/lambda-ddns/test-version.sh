#!/bin/sh
# Run by the packages feed's CI in a container that has the package installed, but no procd, ubus or network.
# SPDX-License-Identifier: MIT

case "$PKG_NAME" in
lambda-ddns) lambda-ddns --version | grep -F "$PKG_VERSION" ;;
*)
	echo "Untested package: $PKG_NAME" >&2
	exit 1
	;;
esac
