// Keeps one announcement of the AWS SDK off the terminal of whoever tries this program on an older Node.

/**
 * To be called before the first client is made. The SDK that package.json pins runs on Node 20. Its warning that later
 * SDKs will not is for whoever raises the pin, and would stand in front of every answer to an operator.
 */
export function hideNodeWarning(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}
