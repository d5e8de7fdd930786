// Names, tags and Sids that tell who manages a trail or a policy, and those that tell nothing.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consolePolicy } from '../../sandbox/worlds.js';
import { policyFindings, trailFindings } from '../../src/plan/managed-elsewhere.js';
import { aboutAccount } from '../../src/plan/trail-guards.js';
import { parsePolicy } from '../../src/policy/index.js';
import type { Tags } from '../../src/trail/extras.js';
import { arnOf, BUCKET, DEV, live } from './members.js';

const NAME = 'DEV-CLOUDTRAIL';

function ofTrail(name: string, tags?: Tags) {
  const steps = [{ kind: 'stop-logging', trail: name }] as const;
  return trailFindings([live(name)], steps, () => tags, aboutAccount(DEV));
}

describe('a trail that is changed', () => {
  test.each<[string, Tags, string]>([
    ['Control Tower', {}, 'aws-controltower-BaselineCloudTrail'],
    ['Terraform', {}, 'aws-aft-CustomizationsCloudTrail'],
    ['CloudFormation', {}, 'AWSAccelerator-Organizations-CloudTrail'],
    ['CloudFormation', { 'aws:cloudformation:stack-name': 'audit' }, NAME],
    [
      'Control Tower',
      { 'aws:cloudformation:stack-name': 'StackSet-AWSControlTowerBP-BASELINE-CLOUDTRAIL-1a2b' },
      NAME,
    ],
    ['Control Tower', { 'aws:cloudformation:stack-name': 'AWSControlTowerLogging' }, NAME],
    ['CloudFormation', { 'aws:cloudformation:stack-name': 'myAWSControlTower' }, NAME],
    ['Terraform', { terraform: 'true' }, NAME],
    ['Terraform', { 'terraform-workspace': 'prod' }, NAME],
    ['Terraform', { ManagedBy: 'Terraform' }, NAME],
    ['Terraform', { managed_by: 'terragrunt' }, NAME],
    ['Terraform', { 'acme:provisioned-by': 'OpenTofu 1.8' }, NAME],
    ['CloudFormation', { createdWith: 'AWS CDK' }, NAME],
  ])('is managed by %s: %j %s', (tool, tags, name) => {
    expect(ofTrail(name, tags)).toMatchObject([
      {
        severity: 'warning',
        code: 'trail-managed-elsewhere',
        account: DEV,
        message: expect.stringContaining(`seems to be managed by ${tool} (`),
        remedy: expect.stringContaining('docs/managed-elsewhere.md'),
      },
    ]);
  });

  test.each<[Tags | undefined]>([
    [undefined],
    [{}],
    [{ team: 'terraform' }],
    [{ Terraform: 'false' }],
    [{ 'moved-from-terraform': 'true' }],
    [{ ManagedBy: 'security team' }],
    [{ managed: 'by terraform' }],
    [{ 'aws:cloudformation:logical-id': 'Trail' }],
  ])('tells nothing by %j', (tags) => {
    expect(ofTrail(NAME, tags)).toEqual([]);
  });

  test('is told with the sign that gives the tool away', () => {
    expect(ofTrail(NAME, { ManagedBy: 'Terraform' })[0]?.message).toContain(
      '(its tag ManagedBy is Terraform)',
    );
    expect(ofTrail('aws-aft-CustomizationsCloudTrail')[0]?.message).toContain(
      "(Control Tower's Account Factory for Terraform gives such names)",
    );
  });

  test('is the one that the steps are about, and there', () => {
    const steps = [{ kind: 'create', trail: 'NEW', settings: live('NEW'), tags: {} }] as const;
    const tagsOf = (): Tags => ({ terraform: 'true' });
    expect(trailFindings([live(NAME)], steps, tagsOf, aboutAccount(DEV))).toEqual([]);
    expect(trailFindings([live(NAME)], [], tagsOf, aboutAccount(DEV))).toEqual([]);
  });
});

describe('a policy that is changed', () => {
  const withSid = (...sids: readonly string[]) =>
    policyFindings({
      Statement: sids.map((Sid) => ({ Sid, Effect: 'Allow', Principal: '*', Action: 's3:*' })),
    });

  test.each([
    ['AWSBucketDeliveryForOrganizationTrail', 'Control Tower'],
    ['AWSBucketDeliveryForConfig', 'Control Tower'],
    ['Policy for logs - from file', 'CloudFormation'],
    ['cloudtrail-logs-put-object', 'Terraform'],
    ['ForceSSLOnlyAccess', 'Terraform'],
    ['denyInsecureTransport', 'Terraform'],
  ])('with the Sid %s is managed by %s', (sid, tool) => {
    expect(withSid('Another', sid)).toMatchObject([
      {
        severity: 'warning',
        code: 'policy-managed-elsewhere',
        message: expect.stringMatching(new RegExp(`by ${tool} .*${sid}`)),
        remedy: expect.stringContaining('docs/managed-elsewhere.md'),
      },
    ]);
  });

  test.each([
    'AWSCloudTrailAclCheck20150319-7dfabc2a-8080-4a5d-b261-fda9a5e58256',
    'AWSCloudTrailWrite20131101',
    'AWSCloudTrailOrganizationWrite20150319',
    'AWSConfigBucketPermissionsCheck',
    'AWSLogDeliveryWrite',
    'AllowSSLRequestsOnly',
    'DenyInsecureTransport',
    'S3PolicyStmt-DO-NOT-MODIFY-1789797290087',
    'S3ServerAccessLogsPolicy',
  ])('tells nothing by %s', (sid) => {
    expect(withSid(sid, '')).toEqual([]);
  });

  test("the console's tells nothing, nor does one that is not there", () => {
    const text = JSON.stringify(consolePolicy(BUCKET, DEV, arnOf(NAME)));
    expect(policyFindings(parsePolicy(text))).toEqual([]);
    expect(policyFindings(null)).toEqual([]);
  });
});

const CORPUS = process.env['CORPUS'] ?? join('..', 'shared', 'corpus');
const reading = existsSync(CORPUS) ? describe : describe.skip;

reading(`the policies in ${CORPUS} (skipped where there are none)`, () => {
  test('that AWS documents, or its console wrote, are suspected of nothing', () => {
    const documented = readdirSync(CORPUS)
      .filter((name) => name.endsWith('.meta.json'))
      .filter((name) =>
        /github:awsdocs|GovCloud|console-created/.test(readFileSync(join(CORPUS, name), 'utf8')),
      )
      .map((name) => readFileSync(join(CORPUS, name.replace('.meta', '')), 'utf8'));
    expect(documented.length).toBeGreaterThan(10);
    expect(documented.flatMap((text) => policyFindings(parsePolicy(text)))).toEqual([]);
  });
});
