// Whether what CloudTrail gains or loses by a change is what the change was for: a delivery, AWS's documented layout, or more.

import type { PolicyDocument, Statement } from '../../src/policy/document.js';
import { type AccessChange, compareAccess } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, delivery, PRD, pathOf, trailOf } from './shapes/deliveries.js';
import { aclCheck, admitted, policy, write } from './shapes/shapes.js';

const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
const dev = delivery(DEV);
const prd = delivery(PRD);

/** CloudTrail may write for this trail on this path. */
function grant(trail: string, path: string, more: Partial<Statement> = {}): Statement {
  return {
    ...write,
    Resource: path,
    Condition: { ArnLike: { 'aws:SourceArn': trail } },
    ...more,
  };
}

type Sight = 'needed' | 'crossed' | 'beyond';

function sightOf({ gained, broader, notes }: AccessChange): Sight | 'nothing' {
  if (broader) return 'beyond';
  if (gained.length > 0) return 'needed';
  return notes.length > 0 ? 'crossed' : 'nothing';
}

/** What the statement gives that comes into the policy when dev is admitted. */
function gainOf(statement: Statement, before: PolicyDocument): Sight | 'nothing' {
  const statements = [before.Statement].flat();
  return sightOf(compareAccess(before, policy(...statements, statement), [dev]));
}

const CENTRAL_ALONE = policy(aclCheck, write);

describe('where dev is admitted, it is what was asked for that', () => {
  test.each<readonly [string, Statement]>([
    ['its trail may write to its path', grant(dev.trailArn, pathOf(DEV))],
    ['whatever the spelling', grant(dev.trailArn, pathOf(DEV), { Action: 'S3:putobject' })],
    [
      'as CloudTrail is called in China',
      grant(dev.trailArn, pathOf(DEV), {
        Principal: { Service: 'cloudtrail.amazonaws.com.cn' },
      }),
    ],
    [
      "its trail may read the bucket's ACL",
      {
        ...aclCheck,
        Condition: { StringEquals: { 'aws:SourceArn': dev.trailArn } },
      },
    ],
  ])('%s', (_, statement) => {
    expect(gainOf(statement, CENTRAL_ALONE)).toBe('needed');
  });

  test('no more is gained where IAM reads a lone statement in other capitals', () => {
    const small = policy(aclCheck, { ...write, Action: 's3:putobject' });
    const change = compareAccess(small, admitted(small), [dev]);
    expect(change).toMatchObject({ broader: false, gained: [{}, { on: `AWSLogs/${DEV}/*` }] });
  });
});

describe('where dev is admitted, it comes with the documented layout that', () => {
  test.each<readonly [string, Statement]>([
    ['its trail may write to the path of another', grant(dev.trailArn, pathOf(CENTRAL))],
    ["another's trail may write to its path", grant(trailOf(CENTRAL), pathOf(DEV))],
    ['whatever the spelling', grant(trailOf(CENTRAL), pathOf(DEV), { Action: 's3:PUTOBJECT' })],
  ])('%s', (_, statement) => {
    expect(gainOf(statement, CENTRAL_ALONE)).toBe('crossed');
  });

  test('all trails of another account may write to its path, as they could to their own', () => {
    const trails = `arn:aws:cloudtrail:*:${CENTRAL}:trail/*`;
    const before = policy(aclCheck, grant(trails, pathOf(CENTRAL)));
    expect(gainOf(grant(trails, pathOf(DEV)), before)).toBe('crossed');
  });

  test('the other is one that CloudTrail was admitted for beside another service', () => {
    const Principal = { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] };
    const shared = policy(aclCheck, { ...write, Principal, Action: ['s3:PutObject', 's3:Get*'] });
    expect(gainOf(grant(dev.trailArn, pathOf(CENTRAL)), shared)).toBe('crossed');
  });
});

describe('where dev is admitted, it is more than was asked for that', () => {
  const lambda = { Service: 'lambda.amazonaws.com' };
  test.each<readonly [string, Statement]>([
    [
      "an account may write to dev's path",
      grant(dev.trailArn, pathOf(DEV), {
        Principal: { AWS: PRD },
      }),
    ],
    [
      "another service may write to dev's path",
      grant(dev.trailArn, pathOf(DEV), {
        Principal: lambda,
      }),
    ],
    [
      'who is no service has its name',
      grant(dev.trailArn, pathOf(DEV), {
        Principal: { Federated: 'cloudtrail.amazonaws.com' },
      }),
    ],
    ['its trail may write to an unknown path', grant(dev.trailArn, pathOf(PRD))],
    ['an unknown trail may write to its path', grant(trailOf(PRD), pathOf(DEV))],
    [
      "its trail may delete another's logs",
      grant(dev.trailArn, pathOf(CENTRAL), {
        Action: 's3:DeleteObject',
      }),
    ],
    [
      "another's trail may read its logs",
      grant(trailOf(CENTRAL), pathOf(DEV), {
        Action: 's3:GetObject',
      }),
    ],
    [
      "its trail may do more than write on another's path",
      grant(dev.trailArn, pathOf(CENTRAL), { Action: 's3:Put*' }),
    ],
    [
      'its trail may do more than write on its path',
      grant(dev.trailArn, pathOf(DEV), { Action: 's3:Put*' }),
    ],
    [
      "its trail may read the bucket's keys",
      grant(dev.trailArn, BUCKET_ARN, {
        Action: 's3:ListBucket',
      }),
    ],
    ['its trail may write below the bucket', grant(dev.trailArn, `${BUCKET_ARN}/*`)],
    [
      'trails of its name may write to its path',
      grant('arn:aws:cloudtrail:*:*:trail/audit', pathOf(DEV)),
    ],
    [
      'its trail may write, whose account is told alone',
      grant('', pathOf(DEV), {
        Condition: { StringEquals: { 'aws:SourceAccount': DEV } },
      }),
    ],
    [
      'no trail at all may write',
      grant('', pathOf(DEV), {
        Condition: { Null: { 'aws:SourceArn': 'true' } },
      }),
    ],
    ['another of its trails may write to its path', grant(trailOf(DEV, 'second'), pathOf(DEV))],
  ])('%s', (_, statement) => {
    expect(gainOf(statement, CENTRAL_ALONE)).toBe('beyond');
  });

  test('two others are crossed, neither of which is admitted now', () => {
    const apart = policy(aclCheck, write, grant(prd.trailArn, pathOf(PRD)));
    expect(gainOf(grant(prd.trailArn, pathOf(CENTRAL)), apart)).toBe('beyond');
  });

  test('trails of any account, which could write to the path of another, may write to its path', () => {
    const audits = 'arn:aws:cloudtrail:*:*:trail/audit';
    const open = policy(aclCheck, grant(audits, pathOf(CENTRAL)));
    expect(gainOf(grant(audits, pathOf(DEV)), open)).toBe('beyond');
  });

  test('trails may write to a place of all, where another could', () => {
    const open = policy(aclCheck, grant(trailOf(CENTRAL), `${BUCKET_ARN}/*`));
    expect(gainOf(grant(dev.trailArn, `${BUCKET_ARN}/*`), open)).toBe('beyond');
  });

  const ARN = 'aws:SourceArn';
  test.each<readonly [string, Statement]>([
    ['in a Deny', grant(prd.trailArn, pathOf(PRD), { Effect: 'Deny' })],
    [
      'in a Deny that excepts it',
      grant('', pathOf(PRD), {
        Effect: 'Deny',
        Condition: { ArnNotEquals: { [ARN]: prd.trailArn } },
      }),
    ],
    ['for an account that reads', grant(prd.trailArn, pathOf(PRD), { Principal: { AWS: PRD } })],
    ['for another service', grant(prd.trailArn, pathOf(PRD), { Principal: lambda })],
    ['for reading alone', grant(prd.trailArn, pathOf(PRD), { Action: 's3:GetObject' })],
    [
      "for the bucket's ACL alone",
      { ...aclCheck, Condition: { ArnLike: { [ARN]: prd.trailArn } } },
    ],
    [
      'as one that may not',
      grant('', pathOf(PRD), {
        Condition: { ArnNotLike: { [ARN]: prd.trailArn } },
      }),
    ],
  ])("another's trail gets dev's path, and was named before %s", (_, statement) => {
    const before = policy(aclCheck, write, statement);
    expect(gainOf(grant(prd.trailArn, pathOf(DEV)), before)).toBe('beyond');
  });

  test.each<readonly [string, Statement]>([
    ['in a Deny', grant(prd.trailArn, pathOf(PRD), { Effect: 'Deny' })],
    [
      'for an account that reads',
      grant('', pathOf(PRD), {
        Principal: { AWS: PRD },
        Condition: {},
        Action: 's3:GetObject',
      }),
    ],
    ['for another service', grant('', pathOf(PRD), { Principal: lambda, Condition: {} })],
  ])("dev's trail gets a path that was named before %s", (_, statement) => {
    const before = policy(aclCheck, write, statement);
    expect(gainOf(grant(dev.trailArn, pathOf(PRD)), before)).toBe('beyond');
  });
});

describe('where dev leaves', () => {
  const both = policy(aclCheck, write, grant(dev.trailArn, pathOf(DEV)));
  const lostBy = (after: PolicyDocument) => compareAccess(both, after, [], [dev]);

  test('its grant is a loss that was asked for', () => {
    expect(lostBy(CENTRAL_ALONE)).toMatchObject({ lost: [{}], lostUnasked: [], notes: [] });
  });

  test("another's is not", () => {
    const after = policy(aclCheck, grant(dev.trailArn, pathOf(DEV)));
    expect(lostBy(after)).toMatchObject({ lostUnasked: [{ on: `AWSLogs/${CENTRAL}/*` }] });
  });
});
