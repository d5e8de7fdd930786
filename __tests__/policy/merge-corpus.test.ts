// Onboarding into real bucket policies, judged by an independent evaluator. The collection is third-party text and no part of
// the repository; it lies beside the project, or where CORPUS says. Without it these tests are skipped.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type PolicyDocument, statementsOf } from '../../src/policy/document.js';
import {
  compareAccess,
  type Delivery,
  diagnose,
  mergePolicy,
  missingGrants,
  parsePolicy,
  samePolicy,
} from '../../src/policy/index.js';
import { isAdmitted, isAllowed, questionsOf } from './oracle.js';

const CORPUS = process.env['CORPUS'] ?? join('..', 'shared', 'corpus');

type Case = { readonly name: string; readonly document: PolicyDocument; readonly member: Delivery };

type Meta = {
  readonly bucket: string;
  readonly prefix?: string;
  readonly partition?: string;
  readonly onboard?: {
    readonly accountId: string;
    readonly trailArn: string;
    readonly prefix: string;
  };
};

function casesIn(folder: string): readonly Case[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.meta.json'))
    .map((name) => readCase(join(folder, name)));
}

function readCase(path: string): Case {
  const meta = JSON.parse(readFileSync(path.replace(/json$/, 'meta.json'), 'utf8')) as Meta;
  const accountId = meta.onboard?.accountId ?? '555566667777';
  const trailArn =
    meta.onboard?.trailArn ??
    `arn:${meta.partition ?? 'aws'}:cloudtrail:us-east-1:${accountId}:trail/central`;
  const prefix = meta.onboard?.prefix ?? meta.prefix ?? '';
  return {
    name: basename(path, '.json'),
    document: parsePolicy(readFileSync(path, 'utf8')),
    member: { trailArn, accountId, bucket: meta.bucket, prefix },
  };
}

const cases = [...casesIn(CORPUS), ...casesIn(join(CORPUS, 'hard'))];

/** A Deny keeps CloudTrail out of these: the encryption it asks for, an account list, or no condition at all. */
const BLOCKED = [
  '063',
  '105',
  '119',
  '122',
  'H02-deny-with-the-write-sid',
  'H15-deny-principal-star-aws-service',
  'H21-deny-unencrypted-specific-key',
];

/** Admitted only for an account of the organization that the policy names; nothing is added unasked. */
const FOR_AN_ORGANIZATION = ['014', '035', '153', 'H16-deny-sourceorgid'];

/** CloudTrail may write here already, for the accounts of everybody. */
const ADMITTED_ALREADY = [
  '024',
  '057',
  '111',
  '116',
  '147',
  'H20-deny-put-bucket-policy-notprincipal',
];

function casesLike(names: readonly string[]) {
  return cases.filter(({ name }) => names.includes(name)).map((one) => [one.name, one] as const);
}

function mergeOf({ document, member }: Case) {
  return mergePolicy(document, {
    layout: 'documented',
    admit: [member],
    withdraw: [],
    bucket: member.bucket,
  });
}

const suite = cases.length > 0 ? describe : describe.skip;

suite(`onboarding into the real policies of ${CORPUS} (skipped where there are none)`, () => {
  const ordinary = cases.filter(({ name }) => ![...BLOCKED, ...FOR_AN_ORGANIZATION].includes(name));

  test.each(ordinary.map((one) => [one.name, one] as const))('%s: is admitted', async (_, one) => {
    const { document } = mergeOf(one);
    expect(await isAdmitted(document, one.member)).toBe(true);
    expect(missingGrants(document, [one.member])).toEqual([]);
    expect(diagnose(document, [one.member])).toEqual([]);
  });

  test.each(casesLike(BLOCKED))('%s: a Deny stops it, and is named', async (_, one) => {
    const { document } = mergeOf(one);
    expect(await isAdmitted(document, one.member)).toBe(false);
    const codes = diagnose(document, [one.member]).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['policy-deny-stops-cloudtrail']));
  });

  test.each(casesLike(FOR_AN_ORGANIZATION))('%s: is left as it is, with a warning', (_, one) => {
    const { changed, findings } = mergeOf(one);
    expect(changed).toBe(false);
    expect(findings.filter(({ severity }) => severity === 'warning')).not.toEqual([]);
  });

  test.each(casesLike(ADMITTED_ALREADY))('%s: nothing is to be done', (_, one) => {
    expect(mergeOf(one).changed).toBe(false);
  });

  test.each(cases.map((one) => [one.name, one] as const))(
    '%s: nothing is lost, nothing else gained, a second time nothing to do, and back again',
    async (_, one) => {
      const { document, member } = one;
      const merged = mergeOf(one).document ?? document;
      const after = statementsOf(merged);
      for (const [index, statement] of statementsOf(document).entries()) {
        const { Resource: _resource, Condition: _condition, ...rest } = statement;
        expect(after[index]).toMatchObject(statement.Effect === 'Deny' ? statement : rest);
      }
      const access = compareAccess(document, merged, [member]);
      expect(access).toMatchObject({ lost: [], broader: false });
      expect(await othersGain(document, merged, member)).toEqual([]);
      expect(mergeOf({ ...one, document: merged }).changed).toBe(false);
      const back = mergePolicy(merged, {
        layout: 'documented',
        admit: [],
        withdraw: [member],
        bucket: member.bucket,
      });
      expect(samePolicy(back.document, document)).toBe(true);
    },
  );

  test('S3 returning the principals in another order is the same policy', () => {
    const [first, second] = casesLike(['H43-s3-reorders-read-1', 'H44-s3-reorders-read-2']);
    expect(samePolicy(first?.[1].document ?? null, second?.[1].document ?? null)).toBe(true);
  });
});

/** Requests of others that are allowed afterwards and were not before, as the independent evaluator sees it. */
async function othersGain(before: PolicyDocument, after: PolicyDocument, member: Delivery) {
  const stranger = '999999999999';
  const strange = {
    ...member,
    accountId: stranger,
    trailArn: member.trailArn.replace(member.accountId, stranger),
  };
  const needed = questionsOf(member).slice(0, 2);
  const asked = [
    ...questionsOf(strange).slice(0, 2),
    ...needed.map((question) => ({
      ...question,
      context: {
        ...question.context,
        'aws:SourceArn': strange.trailArn,
        'aws:SourceAccount': stranger,
      },
    })),
    ...needed.map((question) => ({ ...question, principal: 'config.amazonaws.com' })),
    ...needed.map((question) => ({
      ...question,
      principal: `arn:aws:iam::${member.accountId}:role/Anybody`,
      context: {},
    })),
  ];
  const answers = await Promise.all(
    asked.map(async (question) => ({
      question,
      gained: (await isAllowed(after, question)) && !(await isAllowed(before, question)),
    })),
  );
  return answers.filter(({ gained }) => gained).map(({ question }) => question);
}
