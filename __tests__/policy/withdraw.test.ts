// What taking back a grant removes, and what it leaves to others.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { mergePolicy, missingGrants } from '../../src/policy/index.js';
import {
  CENTRAL,
  DEV,
  delivery,
  offboard,
  onboard,
  PRD,
  pathOf,
  trailOf,
} from './shapes/deliveries.js';
import { aclCheck, admitted, policy, shape, tlsDeny, write } from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);

describe('taking back', () => {
  test('removes the trail and the path, and the counts say so', () => {
    const document = admitted(policy(aclCheck, write), [dev, prd]);
    const merge = mergePolicy(document, offboard([dev]));
    expect(JSON.stringify(merge.document)).not.toContain(DEV);
    expect(missingGrants(merge.document, [prd, delivery(CENTRAL)])).toEqual([]);
    expect(merge).toMatchObject({
      trails: { added: 0, removed: 1 },
      paths: { added: 0, removed: 1 },
      findings: [],
    });
  });

  test("keeps the account's path while another of its trails is listed beside it", () => {
    const second = delivery(DEV, { trailArn: trailOf(DEV, 'second') });
    const document = admitted(null, [dev, second]);
    const merge = mergePolicy(document, offboard([dev]));
    expect(missingGrants(merge.document, [second])).toEqual([]);
    expect(merge).toMatchObject({ trails: { removed: 1 }, paths: { removed: 0 } });
  });

  const beside = (pattern: string): PolicyDocument =>
    policy(aclCheck, {
      ...write,
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
      Condition: {
        StringLike: { 'aws:SourceArn': [pattern, trailOf(DEV)] },
      },
    });

  test.each([
    `arn:aws:cloudtrail:*:${DEV}:trail/second`,
    'arn:aws:cloudtrail:us-east-1:2222*:trail/second',
    'arn:aws:cloudtrail:us-east-1:22222222222?:trail/second',
    'arn:aws:cloudtrail:us-east-1:${aws:SourceAccount}:trail/second',
    'arn:aws:cloudtrail:*:trail/second',
    `arn:*:${DEV}:trail/second`,
    '*:trail/second',
    '*second',
  ])(
    "keeps the account's path while %s beside it covers another trail of the account",
    (pattern) => {
      const second = delivery(DEV, { trailArn: trailOf(DEV, 'second') });
      const { document: after } = mergePolicy(beside(pattern), offboard([dev]));
      expect(missingGrants(after, [second]).map(({ kind }) => kind)).not.toContain('write');
      expect(JSON.stringify(after)).not.toContain(trailOf(DEV));
    },
  );

  test.each([`arn:aws:cloudtrail:*:${PRD}:trail/*`, trailOf(PRD)])(
    "takes the account's path while only %s is listed beside it",
    (pattern) => {
      const { document: after } = mergePolicy(beside(pattern), offboard([dev]));
      expect(statementsOf(after ?? policy())[1]?.Resource).toBe(pathOf(CENTRAL));
    },
  );

  test('says so where a pattern still admits the trail', () => {
    const { findings } = mergePolicy(
      beside(`arn:aws:cloudtrail:*:${DEV}:trail/*`),
      offboard([dev]),
    );
    expect(findings).toMatchObject([{ code: 'policy-withdrawn-still-admitted', account: DEV }]);
  });

  test('the last member takes its statement with it, the others stay in order', () => {
    const document = policy(tlsDeny, aclCheck, write, { ...tlsDeny, Sid: 'Second' });
    const { document: after } = mergePolicy(document, offboard([delivery(CENTRAL)]));
    expect(after).toEqual(policy(tlsDeny, { ...tlsDeny, Sid: 'Second' }));
  });

  test('a policy with nothing left is none', () => {
    const { document, changed } = mergePolicy(
      policy(aclCheck, write),
      offboard([delivery(CENTRAL)]),
    );
    expect({ document, changed }).toEqual({ document: null, changed: true });
  });

  test('nor is one whose only statement, no list, was for him who leaves', () => {
    const lone = { Version: '2012-10-17', Statement: write };
    expect(mergePolicy(lone, offboard([delivery(CENTRAL)])).document).toBeNull();
  });

  test.each(['documented', 'compact'] as const)(
    'leaves a statement that he is not in as it is written, in layout %s',
    (layout) => {
      const [check, paths] = statementsOf(
        mergePolicy(null, onboard([prd], { layout })).document ?? policy(),
      ).map((statement) => JSON.parse(inLists(JSON.stringify(statement))) as Statement);
      const document = policy(check ?? aclCheck, paths ?? write, aclCheck, write);
      const { document: after } = mergePolicy(document, offboard([delivery(CENTRAL)]));
      expect(after).toEqual(policy(check ?? aclCheck, paths ?? write));
    },
  );

  /** Each lone value as a list of one. */
  function inLists(text: string): string {
    return text.replaceAll(/"(aws:Source\w+|Resource)":("[^"]*")/g, '"$1":[$2]');
  }

  test.each(['a write shared with another service', 'a write shared with an account'])(
    'never narrows %s',
    (name) => {
      const document = shape(name);
      const { document: after } = mergePolicy(document, offboard([delivery(CENTRAL)]));
      expect(statementsOf(after ?? policy())).toEqual(statementsOf(document).slice(1));
    },
  );

  test('never touches a Deny that names him', () => {
    const deny: Statement = { ...write, Effect: 'Deny', Action: 's3:DeleteObject' };
    const { document } = mergePolicy(policy(deny, aclCheck, write), offboard([delivery(CENTRAL)]));
    expect(document).toEqual(policy(deny));
  });

  test('does not touch a statement with an empty list, which admits nobody', () => {
    const nobody = { ...write, Condition: { StringEquals: { 'aws:SourceArn': [] } } };
    const { document } = mergePolicy(policy(nobody, aclCheck, write), offboard([dev]));
    expect(statementsOf(document ?? policy())[0]).toEqual(nobody);
  });

  test('from a bucket without a policy is nothing to do', () => {
    expect(mergePolicy(null, offboard([dev]))).toMatchObject({ document: null, changed: false });
  });

  test('a path never goes while the statement would have none left', () => {
    const document = policy({
      ...write,
      Resource: pathOf(DEV),
      Condition: { StringEquals: { 'aws:SourceArn': [trailOf(DEV), trailOf(PRD)] } },
    });
    expect(mergePolicy(document, offboard([dev])).document).toEqual(
      policy({
        ...write,
        Resource: pathOf(DEV),
        Condition: { StringEquals: { 'aws:SourceArn': trailOf(PRD) } },
      }),
    );
  });

  test('what admits any trail stays, and is named', () => {
    const document = policy(
      { ...aclCheck, Condition: {} },
      { ...write, Resource: [pathOf(CENTRAL), pathOf(DEV)], Condition: {} },
    );
    const merge = mergePolicy(document, offboard([dev]));
    expect(merge.document).toBe(document);
    expect(merge.findings.at(-1)).toMatchObject({
      severity: 'warning',
      code: 'policy-withdrawn-still-admitted',
      message: expect.stringContaining('statement 2 (Sid "AWSCloudTrailWrite20150319")') as string,
      remedy: expect.stringContaining('Narrow statement 2') as string,
    });
  });

  test('who is both admitted and withdrawn is admitted', () => {
    const request = { ...onboard([dev]), withdraw: [dev] };
    expect(missingGrants(mergePolicy(null, request).document, [dev])).toEqual([]);
  });

  test('a rename keeps the path, and takes the old trail only', () => {
    const renamed = delivery(DEV, { trailArn: trailOf(DEV, 'new') });
    const document = admitted(policy(aclCheck, write));
    const { document: after } = mergePolicy(document, { ...onboard([renamed]), withdraw: [dev] });
    expect(missingGrants(after, [renamed, delivery(CENTRAL)])).toEqual([]);
    expect(JSON.stringify(after)).not.toContain(trailOf(DEV));
  });

  test('a trail that moves to another prefix keeps its ARN and leaves the old path', () => {
    const moved = delivery(DEV, { prefix: 'logs' });
    const document = admitted(policy(aclCheck, write));
    const { document: after } = mergePolicy(document, { ...onboard([moved]), withdraw: [dev] });
    expect(missingGrants(after, [moved, delivery(CENTRAL)])).toEqual([]);
    expect(JSON.stringify(after)).not.toContain(pathOf(DEV));
  });
});
