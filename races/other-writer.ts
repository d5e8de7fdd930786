// The writer that is not this tool: it reads the policy, changes a statement of its own and writes the whole document, again
// and again, and takes another statement out at last. It is quick, and knows nothing of anybody else.

import { GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { Sandbox } from '../sandbox/index.js';
import type { Chance } from './chance.js';
import { BUCKET, edited, OTHER_WRITER, PASSING, REGION, SEC } from './scene.js';

type Document = { readonly Statement: readonly { readonly Sid?: string }[] };

/** Between two edits, milliseconds. */
const PAUSE = [120, 600] as const;

/** Writes for so many milliseconds. Resolves with the number of edits that S3 has acknowledged. */
export async function otherWriter(sandbox: Sandbox, chance: Chance, ms: number): Promise<number> {
  const client = new S3Client({
    endpoint: sandbox.url,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: sandbox.world.credentialsFor(`arn:aws:iam::${SEC}:role/${OTHER_WRITER}`),
  });
  let edits = 0;
  const edit = async (change: (document: Document) => Document): Promise<void> => {
    const { Policy = '' } = await client.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
    const text = JSON.stringify(change(JSON.parse(Policy) as Document));
    await client.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: text }));
    edits += 1;
  };
  const end = performance.now() + ms;
  for (let next = 1; performance.now() < end; next += 1) {
    await edit((document) => withEdit(document, next)).catch(giveWay);
    await pause(chance.between(...PAUSE));
  }
  await edit(withoutPassing).catch(giveWay);
  client.destroy();
  return edits;
}

/** Another writes just now; the next edit will do. */
function giveWay(error: unknown): void {
  if (!(error instanceof Error && error.name === 'OperationAborted')) throw error;
}

const withEdit = (document: Document, edit: number): Document => ({
  ...document,
  Statement: [...document.Statement.filter(({ Sid }) => Sid !== 'Edited'), edited(edit)],
});

const withoutPassing = (document: Document): Document => ({
  ...document,
  Statement: document.Statement.filter(({ Sid }) => Sid !== PASSING.Sid),
});

const pause = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms);
  });
