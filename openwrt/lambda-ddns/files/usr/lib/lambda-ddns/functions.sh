# shellcheck shell=dash disable=SC2034 # what is set here is read by those that source it
# What the hooks and the init script share: reading the configuration, and starting a run that nothing waits for.
# It decides nothing about addresses; when in doubt it lets the program look, which is cheap.
# SPDX-License-Identifier: MIT

ddns_root="${LAMBDA_DDNS_ROOT:-}"
ddns_run="$ddns_root/var/run/lambda-ddns"
ddns_program="$ddns_root/usr/bin/lambda-ddns"
# For the hooks of one event.
ddns_hook_seconds=60

# ddns_note NAME TEXT: writes a line into a file of the run state, whose folder is for root alone. Where nothing can
# be written there is no note, and nothing else fails (a failing `: >` would end the shell: `echo` does not).
ddns_note() {
	[ -d "$ddns_run" ] || {
		mkdir -p "$ddns_root/var/run" && mkdir -m 0700 "$ddns_run"
	} 2> /dev/null
	# Whole or not at all: a full disk cuts what it cannot hold.
	{ echo "$2" > "$ddns_run/$1.new" && mv -f "$ddns_run/$1.new" "$ddns_run/$1"; } 2> /dev/null
}

# Closes what was inherited beyond stdin, stdout and stderr: the package manager's pipe, netifd's sockets, procd's
# lock (1000).
ddns_close_descriptors() {
	local fd

	for fd in /proc/self/fd/*; do
		fd="${fd##*/}"
		case "$fd" in
		[012] | *[!0-9]*) ;;
		*) eval "exec $fd>&-" ;;
		esac
	done
}

# ddns_detached COMMAND…: runs it in the background and returns at once. By then nothing of ours holds a descriptor of
# the caller: all are closed before the fork, for rpcd and the package managers wait until their pipes are.
ddns_detached() {
	(
		ddns_close_descriptors
		"$@" &
	) < /dev/null > /dev/null 2>&1
}

# ddns_process_tree PID: its number and those of all that it started, parents first.
ddns_process_tree() {
	local child

	echo "$1"
	for child in $(pgrep -P "$1" 2> /dev/null); do
		ddns_process_tree "$child"
	done
}

# ddns_forget NAME: removes a note, without a word where there is no such folder (busybox's `rm -f` has one).
ddns_forget() {
	rm -f "$ddns_run/$1" 2> /dev/null
}

# Did the user stop the service, or disable it before it was started? Hooks then stay quiet. Disabling alone is for
# the next boot: what was started goes on.
ddns_stopped() {
	[ ! -e "$ddns_run/timer" ] || return 1
	[ -e "$ddns_run/stopped" ] ||
		{ [ -d "$ddns_root/etc/rc.d" ] && [ ! -L "$ddns_root/etc/rc.d/S95lambda-ddns" ]; }
}

# ddns_off VALUE: is it one of UCI's words for no?
ddns_off() {
	case "$1" in
	0 | off | false | no | disabled) return 0 ;;
	esac
	return 1
}

# Reads the configuration into ddns_enabled (1 or 0), ddns_interval (seconds), ddns_services (how many are enabled),
# ddns_interfaces (the ones they name) and ddns_ipv6 (1 where one of them has IPv6). Fails with uci's own words in
# ddns_problem.
ddns_read_config() {
	local text word name value type='' on='' ipv6='' first='' more=''

	ddns_enabled=1 ddns_interval=600 ddns_services=0 ddns_interfaces=' ' ddns_ipv6=''
	if ! text="$(uci ${ddns_root:+-c "$ddns_root/etc/config"} export lambda-ddns 2>&1)"; then
		ddns_problem="$text"
		return 1
	fi
	while read -r word name value; do
		name="${name#\'}"
		name="${name%\'}"
		value="${value#\'}"
		value="${value%\'}"
		case "$word $name" in
		config\ * | 'end '*)
			if [ "$type" = service ] && [ -n "$on" ]; then
				ddns_services=$((ddns_services + 1))
				ddns_interfaces="$ddns_interfaces${first:-wan} $more"
				ddns_ipv6="${ddns_ipv6:-$ipv6}"
			fi
			type="$name" on=1 ipv6='' first='' more=''
			;;
		'option enabled')
			if ddns_off "$value"; then
				on=''
				[ "$type" != lambda-ddns ] || ddns_enabled=0
			fi
			;;
		'option check_interval') [ "$type" != lambda-ddns ] || ddns_interval="$value" ;;
		'option interface') first="$value" ;;
		'list interface') first="${first:+$first }$value" ;;
		'option interface6' | 'list interface6') more="$more$value " ;;
		'option family') [ "$value" = ipv4 ] || ipv6=1 ;;
		'option host_id') ipv6=1 more="${more}lan " ;;
		'option host_interface') more="$more$value " ;;
		esac
	done << EOF
$text
end of file
EOF
	# What the program refuses (no number, too often) it replaces by its default, and so does this.
	case "$ddns_interval" in
	'' | *[!0-9]* | ??????????*) ddns_interval=600 ;;
	esac
	[ "$ddns_interval" -ge 30 ] || ddns_interval=600
}

# ddns_same_device DEVICE: is one of the named interfaces up on this device? A list that cannot be read counts as yes.
ddns_same_device() {
	local text key value name='' seen=''

	text="$(ubus call network.interface dump 2> /dev/null)"
	while IFS='"' read -r _ key _ value _; do
		case "$key" in
		interface) name="$value" ;;
		l3_device)
			seen=1
			[ "$value" != "$1" ] || case "$ddns_interfaces" in *" $name "*) return 0 ;; esac
			;;
		esac
	done << EOF
$text
EOF
	[ -z "$seen" ]
}

# ddns_follows INTERFACE DEVICE: does an enabled service name this interface, or one on its device (wan6 counts for
# wan)? After ddns_read_config.
ddns_follows() {
	case "$ddns_interfaces" in
	*" $1 "*) return 0 ;;
	esac
	[ -z "$2" ] || ddns_same_device "$2"
}
