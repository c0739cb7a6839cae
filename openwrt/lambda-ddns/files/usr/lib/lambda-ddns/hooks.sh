# shellcheck shell=dash
# Calls the user's hooks, scripts in /etc/hotplug.d/lambda-ddns, in the background, and returns at once. The program
# gives eight words an event: ACTION SERVICE SECTION HOSTNAME FAMILY ADDRESS PREVIOUS INTERFACE.
# SPDX-License-Identifier: MIT

# shellcheck source=openwrt/lambda-ddns/files/usr/lib/lambda-ddns/functions.sh
. "${LAMBDA_DDNS_ROOT:-}/usr/lib/lambda-ddns/functions.sh"

# One event after another, so that a script never meets itself. The words become the environment as they are: nothing
# of them is ever read as shell.
call_hooks() {
	while [ $# -ge 8 ]; do
		export ACTION="$1" SERVICE="$2" SECTION="$3" HOSTNAME="$4" FAMILY="$5" ADDRESS="$6" PREVIOUS="$7" INTERFACE="$8"
		shift 8
		hotplug-call lambda-ddns &
		end_in_time $!
	done
}

# end_in_time PID: waits for it, but ends it and all that it started after a minute.
end_in_time() {
	local watch

	(
		sleep "$ddns_hook_seconds"
		# shellcheck disable=SC2046 # a number a word
		kill -9 $(ddns_process_tree "$1")
		logger -t lambda-ddns -p daemon.warn \
			"the hooks for $ACTION of $HOSTNAME took longer than $ddns_hook_seconds seconds and were ended"
	) &
	watch=$!
	wait "$1"
	# shellcheck disable=SC2046
	kill -9 $(ddns_process_tree "$watch")
}

command -v hotplug-call > /dev/null || {
	echo "hotplug-call is missing" >&2
	exit 1
}
ddns_detached call_hooks "$@"
