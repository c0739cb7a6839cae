// What stands in the internet's namespace, as one process: the embedded service with its DNS on loopback, and before it a
// TLS proxy on every address of the namespace, which states the caller's real one. Refuses arguments of its own making:
// the test writes them. Speaks in lines: `ready {…}`, then `asked MODE STATUS` for each request.
import { readFileSync } from "node:fs";
import { addHost } from "../../src/server/admin/store.ts";
import { startLocalService } from "../../src/server/local/local-service.ts";
import { LOCAL_TABLE } from "../../src/server/local/table.ts";
import { localZoneId } from "../../src/server/local/zones.ts";
import { SOURCE_HEADER, startInternet } from "../demo/internet.ts";

/** The file named by the first argument. */
export interface Orders {
  dataDir: string;
  /** 0 at first; the same one after an outage. */
  port: number;
  cert: string;
  key: string;
  zone: string;
  hostnames: readonly string[];
  secret: string;
}

const orders: Orders = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const service = await startLocalService({
  dataDir: orders.dataDir,
  port: 0,
  dnsPort: 0,
  zone: orders.zone,
  sourceIpHeader: SOURCE_HEADER,
  // A day of changes happens in a minute here.
  limits: { changesPerMinute: 1000 },
  log: () => {},
});
const record = { zoneId: localZoneId(orders.zone), ttlSeconds: 60, secret: orders.secret };
for (const hostname of orders.hostnames) {
  await addHost({ client: service.table, name: LOCAL_TABLE }, hostname, record, { mayState: true });
}
const tell = (line: string): void => say(`asked ${line}`);
const internet = await startInternet(service.url, orders.dataDir, { ...orders, host: "::", tell });
process.once("SIGTERM", () => {
  void internet
    .close()
    .then(() => service.close())
    .then(() => process.exit(0));
});
say(`ready ${JSON.stringify({ port: Number(new URL(internet.url).port), dnsPort: service.dnsPort })}`);
