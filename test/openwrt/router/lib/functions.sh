# shellcheck shell=dash
# A stand-in for what packages use of OpenWrt's /lib/functions.sh: what a package manager's scripts call, in the same
# order. IPKG_INSTROOT means an image that is being built; otherwise the router lives, below LAMBDA_DDNS_ROOT if set.
# SPDX-License-Identifier: MIT

root="${IPKG_INSTROOT:-$LAMBDA_DDNS_ROOT}"

# listed PREFIX: the package's files below PREFIX, by opkg's list or apk's.
listed() {
	grep -hs "^$1" "$root/usr/lib/opkg/info/$pkgname.list" "$root/lib/apk/packages/$pkgname.list"
}

# initscript FILE COMMAND
initscript() {
	"${ROUTER_SHELL:-/bin/sh}" "$root/etc/rc.common" "$root$1" "$2"
}

name_package() {
	[ -n "$pkgname" ] || { pkgname="${1##*/}" && pkgname="${pkgname%.*}"; }
}

add_group_and_user() {
	:
}

default_postinst() {
	local file

	name_package "$1"
	if [ -z "$IPKG_INSTROOT" ]; then
		for file in $(listed /etc/uci-defaults/); do
			# shellcheck source=/dev/null
			(. "$root$file") && rm -f "$root$file"
		done
	fi
	for file in $(listed /etc/init.d/); do
		[ "$PKG_UPGRADE" = 1 ] || initscript "$file" enable
		[ -n "$IPKG_INSTROOT" ] || initscript "$file" start
	done
	return 0
}

default_prerm() {
	local file

	name_package "$1"
	for file in $(listed /etc/init.d/); do
		[ "$PKG_UPGRADE" = 1 ] || initscript "$file" disable
		[ -n "$IPKG_INSTROOT" ] || initscript "$file" stop
	done
	return 0
}
