// What goes to an SNS topic: change events, one message each, and the watch's digest.
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { ChangeTarget, Delivery } from "../deliver.ts";
import type { Digest } from "../digest.ts";
import type { ChangeMessage } from "../events.ts";
import type { Trouble } from "../ports.ts";
import { detailOf, isPassing } from "./errors.ts";
import { failedDelivery } from "./failed-delivery.ts";

/** A client as the functions need it: a topic that does not answer is soon known. */
export function snsClient(region: string): SNSClient {
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
  return new SNSClient({ region, maxAttempts: 2, requestHandler });
}

/** Change events to a topic. Mail gets a sentence, everything else the JSON. */
export function snsTarget(client: SNSClient, topicArn: string): ChangeTarget {
  return {
    atOnce: 1,
    async send([message]) {
      if (!message) return { taken: 0, delivery: { kind: "done" } };
      const delivery = await publish(client, changeInput(topicArn, message));
      return { taken: delivery.kind === "done" ? 1 : 0, delivery };
    },
  };
}

/** The watch's digest to a topic. */
export async function publishDigest(
  client: SNSClient,
  topicArn: string,
  { subject, text }: Digest,
): Promise<{ kind: "done" } | Trouble> {
  try {
    await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
    return { kind: "done" };
  } catch (error) {
    return { kind: isPassing(error) ? "busy" : "failed", detail: `SNS: ${detailOf(error)}` };
  }
}

function changeInput(TopicArn: string, message: ChangeMessage) {
  const { host, family, address, was, at } = message;
  const before = was === null ? "its first address" : `before that ${was}`;
  const sentence = `${host} has the ${family === "ipv4" ? "IPv4" : "IPv6"} address ${address} since ${at} (${before}).`;
  return {
    TopicArn,
    // A subject has at most 100 characters, and a name more.
    Subject: `lambda-ddns: ${host}`.slice(0, 99),
    MessageStructure: "json",
    Message: JSON.stringify({ default: JSON.stringify(message), email: sentence }),
    MessageAttributes: { host: { DataType: "String", StringValue: host } },
  };
}

async function publish(client: SNSClient, input: ReturnType<typeof changeInput>): Promise<Delivery> {
  try {
    await client.send(new PublishCommand(input));
    return { kind: "done" };
  } catch (error) {
    return failedDelivery("SNS", error);
  }
}
