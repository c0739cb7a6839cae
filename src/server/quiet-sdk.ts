// Keeps one announcement of the AWS SDK off the terminal of whoever tries this program on an older Node.

/**
 * To be called before the first client is made. The pinned SDK runs on Node 20; that later ones will not is news
 * for us, who pin it, and would stand between every operator and the answer.
 */
export function quietSdk(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}
