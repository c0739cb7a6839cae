#!/bin/sh
# A client of the usual kind for this service, for comparison only: get the address, hash, set; a process for each step.
# Usage: sample-client.sh URL HOSTNAME SECRET CAFILE. Refuses an answer without an address.
url=$1 host=$2 secret=$3 cacert=$4

call() {
	curl -sS --cacert "$cacert" -H 'Content-Type: application/json' --data "$1" "$url"
}

answer=$(call '{"execution_mode":"get"}') || exit 1
address=$(printf '%s\n' "$answer" | sed -n 's/.*"return_message": *"\([0-9a-fA-F.:]*\)".*/\1/p')
[ -n "$address" ] || exit 1
token=$(printf '%s' "$address$host$secret" | sha256sum | sed 's/ .*//')
answer=$(call "{\"execution_mode\":\"set\",\"ddns_hostname\":\"$host\",\"validation_hash\":\"$token\"}") || exit 1
printf '%s\n' "$answer" | sed -n 's/.*"return_message": *"\(.*\)".*/\1/p'
