// The bucket for the functions' zips by the SDK. Every call says which account must own it: a bucket's name is the world's, and
// whoever had made one of this name first would give our functions their code.
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { CodeBucket } from "../admin/deploy/cloud.ts";
import { nameOf } from "./errors.ts";

/** Buckets of `account` in `region`, which must be the client's. */
export function awsCodeBucket(client: S3Client, account: string, region: string): CodeBucket {
  const owned = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: account });
  const foreign = (bucket: string) =>
    new Error(
      `The bucket ${bucket} belongs to another account, or your credentials may not use it; nothing is put there.`,
    );
  return {
    ensure: async (bucket) => {
      const isThere = await found(client.send(new HeadBucketCommand(owned(bucket))), () => foreign(bucket));
      if (isThere) return false;
      const input: CreateBucketCommandInput = { Bucket: bucket };
      // us-east-1 is the one region that must not be named.
      if (region !== "us-east-1")
        input.CreateBucketConfiguration = {
          LocationConstraint: region as NonNullable<
            NonNullable<CreateBucketCommandInput["CreateBucketConfiguration"]>["LocationConstraint"]
          >,
        };
      await client.send(new CreateBucketCommand(input)).catch((error: unknown) => {
        if (nameOf(error) === "BucketAlreadyOwnedByYou") return;
        throw nameOf(error) === "BucketAlreadyExists" ? foreign(bucket) : error;
      });
      return true;
    },
    put: async (bucket, Key, Body) => {
      const isThere = await found(client.send(new HeadObjectCommand({ ...owned(bucket), Key })), () =>
        foreign(bucket),
      );
      if (isThere) return false;
      await client.send(
        new PutObjectCommand({ ...owned(bucket), Key, Body, ContentType: "application/zip" }),
      );
      return true;
    },
    clear: async (bucket, Prefix) => {
      for (;;) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ ...owned(bucket), Prefix }));
        if (Contents.length === 0) break;
        for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ ...owned(bucket), Key }));
      }
      try {
        await client.send(new DeleteBucketCommand(owned(bucket)));
        return "deleted";
      } catch (error) {
        if (nameOf(error) === "BucketNotEmpty") return "kept";
        throw error;
      }
    },
  };
}

/** Whether a HEAD found something; S3 says no more about a refusal than its status. */
async function found(answer: Promise<unknown>, refused: () => Error): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw statusOf(error) === 403 ? refused() : error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
