// `npm run bench`: measures the bundle against what its calls must cost and against two other ways of doing the same, and the
// policy engine and the validation of digests by themselves, and prints Markdown. `npm run bench -- policy` does one part alone. A missed target is said and is
// no failure; something that did not run is.

import { measureAction } from './action.js';
import { measureCli } from './cli.js';
import { root } from './command.js';
import { reportOnDigests } from './digests.js';
import { insertInto } from './document.js';
import { measureFleets, SIZES } from './fleet.js';
import { fleetReport } from './fleet-report.js';
import { measurePolicyEngine } from './policy.js';
import { policyReport } from './policy-report.js';
import { report } from './report.js';
import { measureSharding } from './sharding.js';
import { shardingReport } from './sharding-report.js';
import { setStage } from './stage.js';
import { measureTerraform } from './terraform.js';

const PARTS: { readonly [name: string]: () => Promise<string> } = {
  action: reportOnAction,
  policy: reportOnPolicy,
  digests: () => told('digests', reportOnDigests),
  fleet: reportOnFleets,
  sharding: reportOnSharding,
  scaling: writeScaling,
};

/** Not done unless asked for: minutes long, and for a quiet machine. */
const LONG = ['fleet', 'sharding', 'scaling'];

const [wanted, ...sizes] = process.argv.slice(2);
for (const part of partsFor(wanted)) process.stdout.write(`${await part()}\n\n`);

function partsFor(name: string | undefined): readonly (() => Promise<string>)[] {
  if (name === undefined)
    return Object.entries(PARTS).flatMap(([part, work]) => (LONG.includes(part) ? [] : [work]));
  const part = PARTS[name];
  if (part === undefined)
    throw new Error(`There is ${Object.keys(PARTS).join(' and ')}, no ${name}`);
  return [part];
}

async function reportOnAction(): Promise<string> {
  const stage = await setStage();
  try {
    const action = await told('the action', () => measureAction(stage));
    const cli = await told('the AWS CLI', () => measureCli(stage));
    const terraform = await told('Terraform', () => measureTerraform(stage));
    return report(action, { cli, terraform });
  } finally {
    await stage.sandbox.close();
  }
}

/** A line on standard error. */
function sayAloud(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** `-- fleet 10 100`: these sizes only. */
async function reportOnFleets(): Promise<string> {
  const wantedSizes = sizes.length === 0 ? SIZES : sizes.map(Number);
  return fleetReport(await measureFleets(wantedSizes, sayAloud));
}

/** Both, into the page that shows them. */
async function writeScaling(): Promise<string> {
  const made = { fleet: await reportOnFleets(), sharding: await reportOnSharding() };
  await insertInto(`${root}docs/scaling.md`, made);
  return Object.values(made).join('\n\n');
}

async function reportOnSharding(): Promise<string> {
  return shardingReport(await measureSharding(sayAloud));
}

async function reportOnPolicy(): Promise<string> {
  return policyReport(await told('the policy engine', measurePolicyEngine));
}

/** Says on standard error what is being measured; nobody waits two minutes before an empty screen. */
async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  process.stderr.write(`measuring ${name} … `);
  const startedAt = performance.now();
  const result = await work();
  process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  return result;
}
