// URLs, as far as a router needs them: QuickJS has no URL class.

/**
 * Scheme, host (with its brackets) and port (0 where none is written) of `url`; null when it is no http(s) URL, has user information, a fragment or blanks, or
 * is longer than 2 KB.
 */
export function urlParts(url: string): { scheme: string; host: string; port: number } | null {
  const [, scheme = "", host = "", port = "0"] = URL_PARTS.exec(url) ?? [];
  return scheme ? { scheme, host, port: Number(port) } : null;
}

// Of bounded length: a redirect's target may fill an answer, and what curl is told of it goes through a pipe of 64 KiB.
const URL_PARTS = new RegExp(
  '^(https?)://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+\\])(?::(\\d{1,5}))?(?:[/?][!-"$-~]{0,2000})?$',
);

/**
 * A Location against the URL it came from (RFC 3986, section 5.2): a whole URL, or a path from the root on. The other forms
 * (`//host`, `?query`, a path from here) come back as they are, and are no URL to whoever asks next.
 */
export function resolveLocation(location: string, from: string): string {
  const origin = new RegExp("^[^:]+://[^/?]+").exec(from)?.[0] ?? "";
  return location.startsWith("/") && !location.startsWith("//") ? origin + location : location;
}
