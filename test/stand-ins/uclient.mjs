// One request as uclient-fetch makes it: chunked POST, redirects without the body, its words on stderr, its exit codes; refuses more than ten redirects.
import { readFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { makeReader } from "./uclient-answer.mjs";

const MOST_REDIRECTS = 10;
const FOLLOWED = [301, 302, 307];

/**
 * Makes the request and ends the process.
 * @param request from parseArguments
 * @param build what the stand-in was told to be
 * @param {Record<string, number>} hosts names that are found on a port of loopback
 */
export function fetchLikeUclient(request, build, hosts) {
  const say = (text) => {
    if (!request.quiet) writeSync(2, text);
  };
  const job = { request, build, hosts, say, redirects: 0, body: postBody(request) };
  say(`Downloading '${request.url}'\n`);
  visit(job, new URL(request.url));
}

function postBody(request) {
  const file = request["post-file"];
  if (file === undefined)
    return request["post-data"] === undefined ? null : Buffer.from(request["post-data"]);
  try {
    return readFileSync(file);
  } catch (error) {
    // Node's own children have sockets for pipes, which cannot be opened by path.
    if (file === "/proc/self/fd/0" && error.code === "ENXIO") return readFileSync(0);
    throw error;
  }
}

function end(job, code, text) {
  job.say(text);
  process.exit(code);
}

/** Where to connect; -4 and -6 choose the loopback address of names that stand for this machine. */
function whereTo({ request, hosts }, url) {
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const local = name === "localhost" || hosts[name] !== undefined;
  const host = local ? (request.family === 6 ? "::1" : "127.0.0.1") : name;
  return { name, secure, host, port: Number(url.port) || hosts[name] || (secure ? 443 : 80) };
}

function visit(job, url) {
  const place = whereTo(job, url);
  const { timeout, family } = job.request;
  const socket = connect({ host: place.host, port: place.port, family });
  const refused = () => end(job, 4, "Failed to send request: Operation not permitted\n");
  socket.once("error", refused);
  socket.once("connect", () => {
    socket.off("error", refused);
    if (job.redirects === 0) job.say(`Connecting to ${socket.remoteAddress}:${socket.remotePort}\n`);
    if (!place.secure) converse(job, url, socket, null);
    else secure(job, url, place, socket);
  });
  socket.setTimeout(Number(timeout) * 1000);
}

function secure(job, url, place, socket) {
  const verify = !job.request["no-check-certificate"];
  const servername = /^[\d.]+$|:/.test(place.name) ? "" : place.name;
  const stream = connectTls({
    socket,
    servername,
    host: place.name,
    ca: readBundle(job),
    rejectUnauthorized: false,
  });
  // The socket below notices silence, and nobody listens there.
  stream.setTimeout(Number(job.request.timeout) * 1000);
  stream.once("error", () => end(job, 4, "Connection error: Connection failed\n"));
  stream.once("secureConnect", () => {
    const problem = verify ? stream.authorizationError : null;
    const nameProblem =
      problem === "ERR_TLS_CERT_ALTNAME_INVALID" ||
      (verify && servername === "" && job.build.tls === "mbedtls");
    if (problem !== null && problem !== undefined && !nameProblem) {
      const words = `SSL verify error: ${verifyWords(problem, job.build.tls)}\nConnection error: Invalid SSL certificate\n`;
      end(job, 5, words);
    }
    converse(
      job,
      url,
      stream,
      nameProblem ? "Connection error: Server hostname does not match SSL certificate\n" : null,
    );
  });
}

/** A bundle that cannot be read is no error of its own: then nothing is trusted. */
function readBundle({ request, build }) {
  try {
    return [readFileSync(request["ca-certificate"] ?? build.bundle)];
  } catch {
    return [];
  }
}

const OPENSSL_WORDS = {
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not yet valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
};

function verifyWords(code, tls) {
  if (tls === "openssl") return OPENSSL_WORDS[code] ?? "unable to get local issuer certificate";
  if (code === "CERT_HAS_EXPIRED") return "certificate has expired";
  if (code === "CERT_NOT_YET_VALID") return "unknown error";
  return "certificate is self-signed or not signed by a trusted CA";
}

/** Sends the request and reads the answer; `complaint` is what the certificate's name earns once the request is out. */
function converse(job, url, stream, complaint) {
  const reader = makeReader(job.say, (code, text) => end(job, code, text));
  stream.on("error", () => end(job, 4, "Connection error: Connection failed\n"));
  stream.on("timeout", () => {
    reader.timeOut();
    end(job, 4, "Connection error: Connection timed out\n");
  });
  stream.on("data", (bytes) => {
    if (complaint !== null) end(job, 5, complaint);
    const head = reader.take(bytes);
    if (head !== null) judge(job, url, stream, reader, head);
  });
  stream.on("end", () => {
    if (complaint !== null) end(job, 5, complaint);
    reader.closed();
  });
  stream.write(requestBytes(job, url));
}

/** Redirects keep the method and lose the body. */
function requestBytes({ request, body, redirects }, url) {
  const headers = [
    `Host: ${url.host}`,
    `User-Agent: ${request["user-agent"] ?? "uclient-fetch"}`,
    "Connection: close",
  ];
  const typed = request.header.some((line) => /^content-type:/i.test(line));
  if (body !== null && !typed) headers.push("Content-Type: application/x-www-form-urlencoded");
  if (body !== null) headers.push("Transfer-Encoding: chunked");
  const method = body === null ? "GET" : "POST";
  const head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${[...headers, ...request.header].join("\r\n")}\r\n\r\n`;
  if (body === null) return head;
  const first = redirects === 0 && body.length > 0 ? [`${body.length.toString(16)}\r\n`, body, "\r\n"] : [];
  return Buffer.concat([head, ...first, "0\r\n\r\n"].map((part) => Buffer.from(part)));
}

function judge(job, url, stream, reader, { status, headers }) {
  if (FOLLOWED.includes(status) && headers["location"] !== undefined && job.redirects < MOST_REDIRECTS) {
    const next = new URL(headers["location"], url);
    job.redirects += 1;
    job.say(`Redirected to ${next.pathname}${next.search} on ${next.hostname}\n`);
    stream.removeAllListeners();
    stream.on("error", () => {});
    stream.destroy();
    visit(job, next);
    return;
  }
  if (![200, 204, 206].includes(status)) end(job, 8, `HTTP error ${status}\n`);
  job.say("Writing to stdout\n");
  reader.startBody();
}
