// `npm run bench`: measures the bundle against what its calls must cost and against two other ways of doing the same, and
// prints Markdown. A missed target is said and is no failure; something that did not run is.

import { measureAction } from './action.js';
import { measureCli } from './cli.js';
import { report } from './report.js';
import { setStage } from './stage.js';
import { measureTerraform } from './terraform.js';

const stage = await setStage();
try {
  const action = await told('the action', () => measureAction(stage));
  const cli = await told('the AWS CLI', () => measureCli(stage));
  const terraform = await told('Terraform', () => measureTerraform(stage));
  process.stdout.write(`${report(action, { cli, terraform })}\n`);
} finally {
  await stage.sandbox.close();
}

/** Says on standard error what is being measured; nobody waits two minutes before an empty screen. */
async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  process.stderr.write(`measuring ${name} … `);
  const startedAt = performance.now();
  const result = await work();
  process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  return result;
}
