// The maintainer scripts that OpenWrt's build system gives every package: all the work is in the router's own
// default_postinst and default_prerm. Both leave a root without them alone.

const GUARD = '[ -s "$' + '{IPKG_INSTROOT}/lib/functions.sh" ] || exit 0';
const SOURCE = '. "$' + '{IPKG_INSTROOT}/lib/functions.sh"';
const NO_SCRIPTS = '[ "$' + '{IPKG_NO_SCRIPT}" = 1 ] && exit 0';

/** For opkg: it tells the package by the script's own name. */
export const OPKG_SCRIPTS = {
  postinst: lines(NO_SCRIPTS, GUARD, SOURCE, 'default_postinst "$0" "$@"'),
  prerm: lines(GUARD, SOURCE, 'default_prerm "$0" "$@"'),
};

/** For apk, whose scripts have no name of their own: package `name` is told in so many words. */
export function apkScripts(name: string): Record<string, string> {
  const told = ['export root="$' + '{IPKG_INSTROOT}"', `export pkgname="${name}"`];
  const install = [NO_SCRIPTS, GUARD, SOURCE, ...told, "add_group_and_user", "default_postinst"];
  return {
    "post-install": lines(...install),
    "post-upgrade": lines("export PKG_UPGRADE=1", ...install),
    "pre-deinstall": lines(GUARD, SOURCE, ...told, "default_prerm"),
  };
}

function lines(...text: string[]): string {
  return `${["#!/bin/sh", ...text].join("\n")}\n`;
}
