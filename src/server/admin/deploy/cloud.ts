// What deploy and destroy need of AWS.
import type { StackEvent } from "./stack-events.ts";

export interface Stack {
  id: string;
  status: string;
  parameters: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
}

/** One line of a change set. `replaces`: the resource may be deleted and made anew. */
export interface Change {
  action: string;
  resource: string;
  type: string;
  replaces: boolean;
}

export interface ChangeSet {
  id: string;
  stackId: string;
  changes: readonly Change[];
}

/** The value of a template's parameter; null keeps the one that the stack has. */
export type Parameters = Readonly<Record<string, string | null>>;

export interface Stacks {
  find(nameOrId: string): Promise<Stack | null>;
  /** The names of the template's parameters; throws a sentence where CloudFormation does not take the template. */
  parametersOf(template: string): Promise<string[]>;
  /** What would change, or null where nothing would. */
  propose(name: string, isNew: boolean, template: string, parameters: Parameters): Promise<ChangeSet | null>;
  withdraw(changeSet: ChangeSet): Promise<void>;
  execute(changeSet: ChangeSet): Promise<void>;
  /** Keeps what the template says is kept, such as the table. */
  remove(stackId: string): Promise<void>;
  /** Events after the one with this id, oldest first; all of them for null. */
  eventsAfter(stackId: string, lastId: string | null): Promise<StackEvent[]>;
}

/** The bucket for the functions' zips. Every call names the account that must own it. */
export interface CodeBucket {
  /** Makes it where it is missing; true where it was. Throws a sentence where it is somebody else's. */
  ensure(bucket: string): Promise<boolean>;
  /** Uploads `bytes` unless the key is there; true where it was not. */
  put(bucket: string, key: string, bytes: Uint8Array): Promise<boolean>;
  /** Deletes every key that begins with `prefix`, and the bucket if nothing else is in it. */
  clear(bucket: string, prefix: string): Promise<"deleted" | "kept">;
}

export interface Terminal {
  print(text: string): void;
  /** What a person answers, or null where nobody is there to be asked. */
  ask(question: string): Promise<string | null>;
}

export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
