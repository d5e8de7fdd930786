// One validation in a fresh process, for digests.ts: prints what came out and the most memory that it took.

import { tutorial } from '../sandbox/worlds.js';
import { requestHandler } from '../src/aws/http.js';
import { logReader } from '../src/aws/logs.js';
import { publicKeyReader } from '../src/aws/public-keys.js';
import { validateDigests } from '../src/delivery/digests.js';

const { SEC } = tutorial.ids;
const { env } = process;
const options = {
  region: tutorial.region,
  forcePathStyle: true,
  requestHandler: requestHandler(),
  customUserAgent: 'bench',
};
const { word, digests, logs } = await validateDigests(
  logReader(options, { accountId: SEC, bucket: tutorial.bucket }),
  publicKeyReader(options, SEC),
  {
    bucket: tutorial.bucket,
    prefix: '',
    accountId: SEC,
    trailArn: env['TRAIL_ARN'] ?? '',
    from: Date.parse(env['START'] ?? ''),
    to: Date.now(),
  },
);
const peakBytes = process.resourceUsage().maxRSS * 1024;
const found = { word, digests: digests.valid, logs: logs.valid, peakBytes };
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit());
