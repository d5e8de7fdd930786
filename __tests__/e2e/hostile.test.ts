// Text that AWS hands over may be anybody's. It must come out of a run as text: no command in the log, no markup in the
// summary, no secret anywhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeStages, openStage } from './stage.js';

afterEach(closeStages);

const SID = [
  '`backticks`',
  '| a | b |',
  '<img src=x onerror=alert(1)>',
  '</details>',
  '```',
  '[link](https://evil.example)',
  '\n::set-env name=NODE_OPTIONS::--require /evil.js',
  '\n::error::made up',
  '##[error]made up',
  '\u001b[31m\u202e',
].join(' ');

async function hostileStage() {
  const stage = await openStage();
  const { world } = stage.sandbox;
  const policy = world.bucketPolicy(stage.scene.bucket);
  const hostile = {
    Sid: SID,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::sec-cloudtrail-log/AWSLogs/222222222222/*',
  };
  const statements = [hostile, ...((policy?.Statement ?? []) as object[])];
  world.putBucketPolicy(stage.scene.bucket, JSON.stringify({ ...policy, Statement: statements }));
  return stage;
}

test('a hostile Sid is shown, and changes neither log nor summary', async () => {
  const { apply } = await hostileStage();
  const run = await apply();
  expect(run.outputs['result']).toBe('blocked');
  const outside = run.summary.replaceAll(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, '');
  expect(outside).toContain('onerror');
  expect(outside).not.toMatch(/<img|^::|\]\(https:\/\/evil/m);
  const tags = [...outside.matchAll(/<\/?([a-z]+)/g)].map(([, tag = '']) => tag);
  expect(tags.filter((tag) => !['code', 'details', 'summary', 'span'].includes(tag))).toEqual([]);
  const commands = run.rawLog.split('\n').filter((line) => /^\s*::|##\[/.test(line));
  for (const line of commands)
    expect(line).toMatch(/^::(?:add-mask|error|warning|notice|debug)[ :]/);
  expect(commands.filter((line) => line.startsWith('::error'))).toHaveLength(1);
});

test('rows of the table keep their columns', async () => {
  const { apply } = await hostileStage();
  const { summary } = await apply();
  const tables = summary.split('\n\n').filter((block) => block.startsWith('|'));
  expect(tables).toHaveLength(2);
  for (const table of tables) {
    const columns = table.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
    expect(new Set(columns).size).toBe(1);
  }
});

test('no secret is left in log, summary, outputs or files', async () => {
  const { apply } = await openStage();
  const run = await apply();
  const secrets = [...run.rawLog.matchAll(/^::add-mask::(.+)$/gm)].map(([, secret = '']) => secret);
  expect(secrets.length).toBeGreaterThanOrEqual(5);
  const lines = run.rawLog.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const files = readdirSync(run.outputDirectory).map((name) =>
    readFileSync(join(run.outputDirectory, name), 'utf8'),
  );
  const left = [...lines, run.summary, JSON.stringify(run.outputs), ...files].join('\n');
  for (const secret of secrets) expect(left).not.toContain(secret);
});
