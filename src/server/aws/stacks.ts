// CloudFormation by the SDK, as deploy and destroy ask it.
import {
  type StackEvent as AwsStackEvent,
  type CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateSummaryCommand,
} from "@aws-sdk/client-cloudformation";
import type { Change, ChangeSet, Clock, Parameters, Stack, Stacks } from "../admin/deploy/cloud.ts";
import type { StackEvent } from "../admin/deploy/stack-events.ts";

const POLL_MS = 1_000;

/** The stacks of the client's account and region. */
export function awsStacks(client: CloudFormationClient, { now, sleep }: Clock): Stacks {
  return {
    find: (nameOrId) => find(client, nameOrId),
    parametersOf: async (TemplateBody) => {
      const { Parameters: found } = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
      return (found ?? []).map(({ ParameterKey = "" }) => ParameterKey);
    },
    propose: async (name, isNew, template, parameters) => {
      const { Id = "", StackId = "" } = await client.send(
        new CreateChangeSetCommand({
          StackName: name,
          ChangeSetName: `deploy-${now()}`,
          ChangeSetType: isNew ? "CREATE" : "UPDATE",
          TemplateBody: template,
          Capabilities: ["CAPABILITY_IAM"],
          Parameters: parametersOf(parameters),
        }),
      );
      return await described(client, Id, StackId, sleep);
    },
    withdraw: async ({ id }) => {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
    },
    execute: async ({ id }) => {
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: id }));
    },
    remove: async (stackId) => {
      await client.send(new DeleteStackCommand({ StackName: stackId }));
    },
    eventsAfter: (stackId, lastId) => eventsAfter(client, stackId, lastId),
  };
}

async function find(client: CloudFormationClient, nameOrId: string): Promise<Stack | null> {
  const { Stacks: found } = await client
    .send(new DescribeStacksCommand({ StackName: nameOrId }))
    .catch((error: unknown) => {
      // CloudFormation has no error of its own for it.
      if (error instanceof Error && /does not exist/.test(error.message)) return { Stacks: [] };
      throw error;
    });
  const [stack] = found ?? [];
  if (!stack) return null;
  const pairs = (list: readonly { key?: string | undefined; value?: string | undefined }[]) =>
    Object.fromEntries(list.map(({ key = "", value = "" }) => [key, value]));
  return {
    id: stack.StackId ?? nameOrId,
    status: stack.StackStatus ?? "",
    parameters: pairs(
      (stack.Parameters ?? []).map(({ ParameterKey: key, ParameterValue: value }) => ({ key, value })),
    ),
    outputs: pairs((stack.Outputs ?? []).map(({ OutputKey: key, OutputValue: value }) => ({ key, value }))),
  };
}

function parametersOf(parameters: Parameters) {
  return Object.entries(parameters).map(([ParameterKey, value]) =>
    value === null ? { ParameterKey, UsePreviousValue: true } : { ParameterKey, ParameterValue: value },
  );
}

/** The change set once it is there, or null where it holds nothing. */
async function described(
  client: CloudFormationClient,
  id: string,
  stackId: string,
  sleep: Clock["sleep"],
): Promise<ChangeSet | null> {
  for (;;) {
    const page = await client.send(new DescribeChangeSetCommand({ ChangeSetName: id }));
    if (page.Status === "CREATE_COMPLETE")
      return { id, stackId, changes: await allChanges(client, id, page) };
    if (page.Status === "FAILED") {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
      // What AWS says of a change set without changes, which to it is a failure.
      if (/didn't contain changes|No updates are to be performed/.test(page.StatusReason ?? "")) return null;
      throw new Error(`CloudFormation does not take the change: ${page.StatusReason ?? "no reason given"}`);
    }
    await sleep(POLL_MS);
  }
}

async function allChanges(
  client: CloudFormationClient,
  id: string,
  first: DescribeChangeSetCommandOutput,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (let page = first; ; ) {
    for (const { ResourceChange: change } of page.Changes ?? []) {
      if (!change) continue;
      changes.push({
        action: change.Action ?? "",
        resource: change.LogicalResourceId ?? "",
        type: change.ResourceType ?? "",
        // "Conditional" is known only once it is done.
        replaces: change.Replacement === "True" || change.Replacement === "Conditional",
      });
    }
    if (page.NextToken === undefined) return changes;
    page = await client.send(new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: page.NextToken }));
  }
}

/** AWS lists the newest first, page by page; what is asked for is on the first pages. */
async function eventsAfter(
  client: CloudFormationClient,
  stackId: string,
  lastId: string | null,
): Promise<StackEvent[]> {
  const news: StackEvent[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeStackEventsCommand({
        StackName: stackId,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === lastId) return news.reverse();
      news.push(eventOf(event));
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return news.reverse();
}

function eventOf(event: AwsStackEvent): StackEvent {
  return {
    id: event.EventId ?? "",
    resource: event.LogicalResourceId ?? "",
    physicalId: event.PhysicalResourceId ?? "",
    type: event.ResourceType ?? "",
    status: event.ResourceStatus ?? "",
    reason: event.ResourceStatusReason ?? "",
    timestampMs: event.Timestamp?.getTime() ?? 0,
  };
}
