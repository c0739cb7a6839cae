// The admin program's help.

export const USAGE = `lambda-ddns-admin: the service on AWS, and the hosts that routers may update

  deploy --domain D [--zone ZONE | --create-zone] [--host H] [--email E] [--parameter NAME=VALUE]… [--yes]
                        makes or updates the service; asks before anything is replaced or removed. Run again
                        after it was cut off, it goes on. Remembers the service in .lambda-ddns.json
  destroy [--with-table] [--yes]
                        deletes the service; the table with the hosts' secrets stays unless told
  add HOST --zone ZONE [--ttl 60] [--owner TEXT] [--secret-file F] [--url URL]
                        makes a host with a new secret; prints the UCI section for the router
  add --from F [--zone ZONE] [--ttl 60] [--csv] [--url URL]
                        makes every host of a CSV file (columns hostname, zone, ttl, owner), or none;
                        prints their sections, or with --csv their secrets
  add … --code [--days 14]
                        in place of secrets, codes with which routers enrol, once each
  list [--problems] [--json]
                        all hosts, or those to look after: address, state, last contact
  show HOST [--json]    one host; never its secret
  history HOST [--json] its last addresses, and how long each was published
  set HOST [--ttl N] [--owner TEXT] [--unwatched | --watched] [--stated | --unstated]
                        changes a host; a TTL holds from its next update on
  disable HOST --reason TEXT
                        refuses its updates; a router with the right secret is told why
  enable HOST           takes it back
  rotate HOST [--keep-hours 24] [--secret-file F] [--url URL]
                        a new secret; the old one stays valid for the stated time (0: ends at once)
  rotate HOST --code [--days 14] [--keep-hours 24]
                        a code; the present secret stays valid until it is used, and for the stated time
  revoke HOST [--code]  ends its code and its secrets at once; with --code the code alone
  remove HOST           forgets a host; its DNS records stay as they are
  verify [HOST…] [--fix] [--json]
                        compares table, zone and name servers; with --fix the next update writes again
  watch [--dry-run]     tells what changed for better or worse since it was told last, once;
                        prints nothing where nothing did

  logs [--request ID] [--host H] [--since 1h] [--errors] [--watch] [--json]
                        the service's log in order; the request id that a router logged finds its line

  --domain D            the domain under which the hosts' names are
  --create-zone         makes a public zone for the domain (0.50 dollars a month) where there is none
  --host H              with deploy: the first host, such as home; prints its section
  --email E             who is told of failures and silent routers; AWS asks first whether they want that
  --parameter NAME=VALUE  of aws/template.yaml, such as Queue=on; what is not given stays as it is
  --stack S, --region R the stack's name, else lambda-ddns, and its region, else the SDK's
  --yes                 asks nothing
  --zone ZONE           the hosted zone's id (Z…) or its name, such as dyn.example.com
  --owner TEXT          who to ask about the router; empty for nobody
  --unwatched           the watch does not tell of it: for routers with force_interval 0
  --stated              the host may name any public address, also with add: for machines behind its router
  --secret-file F       takes the secret from the first line of F (-: standard input)
  --url URL             the function's URL, to stand in the UCI section
  --log-group NAME      of the service on AWS; default: $ddns_log_group
  --table NAME          the DynamoDB table; default: $ddns_config_table, else lambda-ddns
  --local               the service of \`make server\` on this machine (DATA_DIR, default .local)

Zone, URL, table, log group and region come from .lambda-ddns.json in this folder, where deploy left it;
options and the environment go before it. Credentials are the AWS SDK's usual ones (AWS_PROFILE, …).
`;
