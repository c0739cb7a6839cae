#!/bin/sh
# Run by the packages feed's CI in a container that has the package installed, but no procd, ubus or network.
# SPDX-License-Identifier: MIT

fail() {
	echo "test.sh: $1" >&2
	exit 1
}

# Where there is this script, that CI leaves out its own check of the version.
sh "${0%/*}/test-version.sh" || fail "lambda-ddns --version does not print $PKG_VERSION"

# The hooks and the init script are no programs of /usr/bin, so nothing else reads them here.
for script in /etc/init.d/lambda-ddns /etc/hotplug.d/*/95-lambda-ddns /usr/lib/lambda-ddns/functions.sh; do
	sh -n "$script" || fail "$script does not parse"
done

# The shipped configuration enables nothing: a run has nothing to do and says so by its exit code.
lambda-ddns update --dry-run || fail "a run on the shipped configuration ended with $?"

find /etc/config/lambda-ddns -perm 600 | grep . || fail "the configuration is not for root alone"
