import * as fc from 'fast-check';
import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { type AccessRequest, type Decision, evaluate, explain } from '../../src/policy/evaluate.js';
import { documents, requests } from './arbitrary.js';

const TRAIL = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV';

const REQUEST: AccessRequest = {
  caller: { service: 'cloudtrail.amazonaws.com' },
  action: 's3:PutObject',
  resource: 'arn:aws:s3:::logs/AWSLogs/222222222222/CloudTrail/log.gz',
  context: { 'aws:SourceArn': TRAIL, 'aws:SourceAccount': '222222222222' },
};

const ALLOW: Statement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: 'arn:aws:s3:::logs/AWSLogs/222222222222/*',
};
const DENY: Statement = { ...ALLOW, Effect: 'Deny' };
const MISSPELT = { ...ALLOW, condition: { Bool: { k: 'true' } } };
const { Principal: _principal, ...NOBODY } = ALLOW;
const { Action: _action, ...NOTHING } = ALLOW;
const { Resource: _resource, ...NOWHERE } = ALLOW;

function decide(...statements: readonly Statement[]): Decision {
  return evaluate({ Version: '2012-10-17', Statement: statements }, REQUEST);
}

/** What the policy of this one statement decides. */
function effectOf(changes: object): Decision['effect'] {
  return decide({ ...ALLOW, ...changes }).effect;
}

describe('the decision', () => {
  test('without a statement that applies, nothing is allowed', () => {
    expect(decide()).toEqual({ effect: 'not-allowed', statements: [], unknown: [] });
  });

  test('an Allow that applies allows, and all that do are named', () => {
    expect(decide(ALLOW, { ...ALLOW, Action: 's3:GetObject' }, ALLOW)).toEqual({
      effect: 'allowed',
      statements: [0, 2],
      unknown: [],
    });
  });

  test('a Deny that applies wins over every Allow, in any order', () => {
    expect(decide(ALLOW, DENY, ALLOW)).toEqual({ effect: 'denied', statements: [1], unknown: [] });
  });

  test('a Deny that does not apply changes nothing', () => {
    expect(decide(ALLOW, { ...DENY, Action: 's3:Delete*' }).effect).toBe('allowed');
  });

  test('a lone statement needs no list', () => {
    expect(evaluate({ Statement: ALLOW }, REQUEST).effect).toBe('allowed');
  });
});

describe('what keeps a statement from applying', () => {
  test.each([
    ['another principal', { Principal: { Service: 'config.amazonaws.com' } }],
    ['another action', { Action: 's3:PutObjectAcl' }],
    ['an action that only begins alike', { Action: 's3:Put' }],
    ['another resource', { Resource: 'arn:aws:s3:::logs/AWSLogs/333333333333/*' }],
    ['a resource in another case', { Resource: 'arn:aws:s3:::LOGS/*' }],
    ['a condition that fails', { Condition: { StringEquals: { 'aws:SourceArn': 'x' } } }],
    ['a key the request does not have', { Condition: { StringLike: { 's3:x-amz-acl': '*' } } }],
    [
      'one of two keys of an operator',
      { Condition: { StringEquals: { 'aws:SourceArn': TRAIL, 'AWS:SourceArn': 'x' } } },
    ],
    [
      'one of two operators',
      { Condition: { StringEquals: { 'aws:SourceArn': TRAIL }, Null: { 'AWS:sourcearn': true } } },
    ],
    ['a variable without value', { Resource: 'arn:aws:s3:::logs/${aws:username}*' }],
  ])('%s', (_, changes) => {
    const certainly = { effect: 'not-allowed', statements: [], unknown: [] };
    expect(decide({ ...ALLOW, ...changes })).toEqual(certainly);
  });
});

describe('what does not', () => {
  test.each([
    ['an action in another case', { Action: 'S3:PUTobject' }],
    ['one action of several', { Action: ['s3:GetBucketAcl', 's3:Put*'] }],
    ['one resource of several', { Resource: ['arn:aws:s3:::logs', 'arn:aws:s3:::logs/*'] }],
    ['a condition key in another case', { Condition: { ArnLike: { 'AWS:sourceARN': TRAIL } } }],
    ['an empty Condition', { Condition: {} }],
    ['an operator without keys', { Condition: { Nonsense: {} } }],
    ['a variable with the right value', { Resource: '*/AWSLogs/${aws:SourceAccount}/*' }],
    ['a Sid', { Sid: 'Deny' }],
  ])('%s', (_, changes) => {
    expect(effectOf(changes)).toBe('allowed');
  });
});

describe('the Not… elements apply to all but what they name', () => {
  test.each<[string, Statement, Decision['effect']]>([
    ['NotAction, named', { ...NOTHING, NotAction: ['s3:Get*', 's3:Put*'] }, 'not-allowed'],
    ['NotAction, not named', { ...NOTHING, NotAction: 's3:Get*' }, 'allowed'],
    ['NotResource, named', { ...NOWHERE, NotResource: 'arn:aws:s3:::logs/*' }, 'not-allowed'],
    ['NotResource, not named', { ...NOWHERE, NotResource: 'arn:aws:s3:::logs' }, 'allowed'],
    [
      'NotPrincipal, named',
      { ...NOBODY, NotPrincipal: { Service: 'cloudtrail.amazonaws.com' } },
      'not-allowed',
    ],
    ['NotPrincipal, not named', { ...NOBODY, NotPrincipal: { Service: 'x' } }, 'allowed'],
  ])('%s', (_, statement, expected) => {
    expect(decide(statement).effect).toBe(expected);
  });
});

describe('policy variables need Version 2012-10-17', () => {
  const statement = { ...ALLOW, Resource: 'arn:aws:s3:::logs/AWSLogs/${aws:SourceAccount}/*' };
  test.each([
    ['with it', { Version: '2012-10-17', Statement: statement }, 'allowed'],
    ['with the old one', { Version: '2008-10-17', Statement: statement }, 'not-allowed'],
    ['without', { Statement: statement }, 'not-allowed'],
  ])('%s', (_, document, expected) => {
    expect(evaluate(document, REQUEST).effect).toBe(expected);
  });

  test('and a key of several values has no value for them', () => {
    const context = { 'aws:SourceAccount': ['222222222222', '333333333333'] };
    const document = { Version: '2012-10-17', Statement: statement };
    expect(evaluate(document, { ...REQUEST, context }).effect).toBe('not-allowed');
  });
});

describe('a statement nobody can decide', () => {
  const puzzles: [string, Statement][] = [
    ['an unknown operator', { ...ALLOW, Condition: { StringSounds: { k: 'v' } } }],
    ['an unknown principal type', { ...ALLOW, Principal: { Robot: 'R2' } }],
    ['an unknown element', MISSPELT],
    ['no Principal', NOBODY],
    ['no Action', NOTHING],
    ['both Resource and NotResource', { ...ALLOW, NotResource: 'x' }],
    ['NotResource, a variable without value', { ...NOWHERE, NotResource: '${aws:username}' }],
  ];

  test.each(puzzles)('is never an Allow: %s', (_, statement) => {
    expect(decide(statement)).toEqual({ effect: 'not-allowed', statements: [], unknown: [0] });
  });

  test.each(puzzles)('is named beside an Allow, for as a Deny it may hit: %s', (_, statement) => {
    const decision = decide(ALLOW, { ...statement, Effect: 'Deny' });
    expect(decision).toEqual({ effect: 'allowed', statements: [0], unknown: [1] });
  });

  test.each(puzzles)('is no doubt where another element fails for certain: %s', (_, statement) => {
    const elsewhere = { ...statement, Condition: { ...statement.Condition, Null: { k: 'false' } } };
    expect(decide(elsewhere).unknown).toEqual([]);
  });
});

describe('explain', () => {
  const document: PolicyDocument = {
    Statement: [
      ALLOW,
      {
        Effect: 'Deny',
        NotPrincipal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:Get*',
        NotResource: ['arn:aws:s3:::logs/*'],
        Condition: {
          StringEquals: { 'AWS:SourceArn': ['a', 'b'], 's3:x-amz-acl': 'private' },
          StringSounds: { k: 1 },
          Null: { 'aws:SourceArn': 'false' },
        },
      },
    ],
  };

  test('has nothing to say of a statement that applies', () => {
    expect(explain(document, 0, REQUEST)).toEqual([]);
  });

  test('names each element that does not match, what it wants and what it gets', () => {
    expect(explain(document, 1, REQUEST)).toEqual([
      {
        verdict: 'no',
        element: 'principal',
        negated: true,
        wanted: { Service: 'cloudtrail.amazonaws.com' },
        actual: REQUEST.caller,
      },
      {
        verdict: 'no',
        element: 'action',
        negated: false,
        wanted: ['s3:Get*'],
        actual: 's3:PutObject',
      },
      {
        verdict: 'no',
        element: 'resource',
        negated: true,
        wanted: ['arn:aws:s3:::logs/*'],
        actual: REQUEST.resource,
      },
      {
        verdict: 'no',
        element: 'condition',
        operator: 'StringEquals',
        key: 'AWS:SourceArn',
        values: ['a', 'b'],
        actual: [TRAIL],
      },
      {
        verdict: 'no',
        element: 'condition',
        operator: 'StringEquals',
        key: 's3:x-amz-acl',
        values: ['private'],
        actual: [],
      },
      {
        verdict: 'unknown',
        element: 'condition',
        operator: 'StringSounds',
        key: 'k',
        values: [1],
        actual: [],
      },
    ]);
  });

  test('names an element nobody knows', () => {
    const odd = { Statement: { ...ALLOW, Colour: 'red' } };
    expect(explain(odd, 0, REQUEST)).toEqual([
      { verdict: 'unknown', element: 'statement', name: 'Colour' },
    ]);
  });

  test.each<[string, object]>([
    ['Principal', NOBODY],
    ['Action', NOTHING],
    ['Resource', NOWHERE],
    ['Principal', { ...ALLOW, NotPrincipal: '*' }],
    ['Action', { ...ALLOW, NotAction: 's3:Get*' }],
    ['Resource', { ...ALLOW, NotResource: 'arn:aws:s3:::logs' }],
  ])('names the %s that is missing, or there beside its negation', (name, statement) => {
    expect(explain({ Statement: statement as Statement }, 0, REQUEST)).toEqual([
      { verdict: 'unknown', element: 'statement', name },
    ]);
  });

  test('knows no statement beyond the last', () => {
    const error = new RangeError('The policy has no statement 2');
    expect(() => explain(document, 2, REQUEST)).toThrow(error);
  });

  test('agrees with evaluate: what decided has no mismatch, what is unknown no certain one', () => {
    fc.assert(
      fc.property(documents, requests, (policy, request) => {
        const { effect, statements, unknown } = evaluate(policy, request);
        const reasons = statementsOf(policy).map((_, index) => explain(policy, index, request));
        for (const [index, { Effect }] of statementsOf(policy).entries()) {
          const verdicts = (reasons[index] ?? []).map(({ verdict }) => verdict);
          const decisive = effect !== 'denied' || Effect === 'Deny';
          expect(statements.includes(index)).toBe(decisive && verdicts.length === 0);
          expect(unknown.includes(index)).toBe(verdicts.length > 0 && !verdicts.includes('no'));
        }
      }),
    );
  });
});

/** A policy's JSON with actions, operators and condition keys in capitals. */
function shout(json: string): string {
  return json
    .replaceAll(/"s3:[A-Za-z*?]+"/g, (action) => action.toUpperCase())
    .replaceAll(/"(aws:Source|String|Arn|Null)[A-Za-z]*":/g, (name) => name.toUpperCase());
}

describe('laws', () => {
  test('the order of statements decides nothing', () => {
    fc.assert(
      fc.property(documents, requests, (policy, request) => {
        const reversed = { ...policy, Statement: statementsOf(policy).toReversed() };
        expect(evaluate(reversed, request).effect).toBe(evaluate(policy, request).effect);
      }),
    );
  });

  test('a Deny that applies to everything leaves nothing allowed', () => {
    const all: Statement = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' };
    fc.assert(
      fc.property(documents, requests, (policy, request) => {
        const locked = { ...policy, Statement: [...statementsOf(policy), all] };
        expect(evaluate(locked, request).effect).toBe('denied');
      }),
    );
  });

  test('one more Allow takes nothing away', () => {
    fc.assert(
      fc.property(documents, documents, requests, (policy, other, request) => {
        const more = statementsOf(other).filter(({ Effect }) => Effect === 'Allow');
        const wider = { ...policy, Statement: [...statementsOf(policy), ...more] };
        const before = evaluate(policy, request).effect;
        const after = evaluate(wider, request).effect;
        const gains = before === 'not-allowed' && after === 'allowed';
        expect(gains || before === after).toBe(true);
      }),
    );
  });

  test('case of actions, operators and keys decides nothing', () => {
    fc.assert(
      fc.property(documents, requests, (policy, request) => {
        const shouted = JSON.parse(shout(JSON.stringify(policy))) as PolicyDocument;
        expect(evaluate(shouted, request)).toEqual(evaluate(policy, request));
      }),
    );
  });
});

describe('size', () => {
  test('a policy of 300 statements is decided in no time', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      ...ALLOW,
      Resource: `arn:aws:s3:::logs/AWSLogs/${222222222222 - 299 + index}/*`,
    }));
    const start = performance.now();
    expect(decide(...many).statements).toEqual([299]);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
