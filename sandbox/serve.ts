// `npm run sandbox`: the tutorial's world on a port, for the AWS CLI or any SDK, until Ctrl-C.

import { startSandbox } from './index.js';
import { administratorPolicy, tutorialWorld } from './worlds.js';

const sandbox = await startSandbox({ port: Number(process.env['PORT'] ?? 4599) });
const { ids, bucket, region } = tutorialWorld(sandbox);

function exportsFor(account: string): string {
  const { world, environment } = sandbox;
  const user = world.createUser({ account, name: 'admin', policy: administratorPolicy });
  const { accessKeyId, secretAccessKey } = world.credentialsFor(user);
  const variables = {
    ...environment,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
    // The AWS CLI's version 1 knows no other.
    AWS_DEFAULT_REGION: region,
  };
  const lines = Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`);
  return ['  unset AWS_PROFILE AWS_SESSION_TOKEN', ...lines].join('\n');
}

console.log(`A small, strict AWS listens on ${sandbox.url}. It forgets everything when it stops.

An administrator of SEC (${ids.SEC}), who owns the bucket ${bucket}:
${exportsFor(ids.SEC)}

An administrator of DEV (${ids.DEV}), whose trail is still to come:
${exportsFor(ids.DEV)}

Then, for instance:
  aws sts get-caller-identity
  aws s3api get-bucket-policy --bucket ${bucket} --query Policy --output text
  aws cloudtrail create-trail --name DEV-CLOUDTRAIL --s3-bucket-name ${bucket}

As DEV, the last one is refused until the bucket's policy admits the trail. Ctrl-C ends it.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
