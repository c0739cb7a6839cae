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

/** A package by its name, with the scripts of its own (see Recipe). */
interface Named {
  name: string;
  scripts: Readonly<Record<string, string>>;
}

/** For apk, whose scripts have no name of their own: the package's name is told in so many words. By apk's own names. */
export function apkScripts({ name, scripts }: Named): Record<string, string> {
  const told = ['export root="$' + '{IPKG_INSTROOT}"', `export pkgname="${name}"`];
  const install = [NO_SCRIPTS, GUARD, SOURCE, ...told, "add_group_and_user", "default_postinst"];
  const after = scripts["postinst-pkg"] ?? "";
  return {
    "post-install": lines(...install) + after,
    "post-upgrade": lines("export PKG_UPGRADE=1", ...install) + after,
    "pre-deinstall": lines(GUARD, SOURCE, ...told, "default_prerm"),
    "post-deinstall": scripts["postrm"] ?? "",
  };
}

/** What luci.mk gives every page: LuCI forgets the menu it remembered, and rpcd reads the new access rules. */
export const PAGE_POSTINST = `[ -n "\${IPKG_INSTROOT}" ] || {
	rm -f /tmp/luci-indexcache.*
	rm -rf /tmp/luci-modulecache/
	killall -HUP rpcd 2> /dev/null
	true
}
`;

function lines(...text: string[]): string {
  return `${["#!/bin/sh", ...text].join("\n")}\n`;
}
