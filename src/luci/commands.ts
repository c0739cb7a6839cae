// Every command line that the page runs: the access rules name exactly these, so none takes a value of the user's.

export const STATUS = ["/usr/bin/lambda-ddns", "status", "--json"] as const;
export const CONFIG = ["/usr/bin/lambda-ddns", "config"] as const;
export const LOG = ["/sbin/logread", "-e", "lambda-ddns"] as const;
export const CHECK = ["/usr/bin/lambda-ddns", "check"] as const;
export const UPDATE = ["/usr/bin/lambda-ddns", "update", "--detach"] as const;
export const START = ["/etc/init.d/lambda-ddns", "start"] as const;

/** For whoever may look, and for whoever may change. */
export const READING = [STATUS, CONFIG, LOG] as const;
export const WRITING = [CHECK, UPDATE, START] as const;
