import type { PolicyDocument, Principals } from '../../src/policy/document.js';
import type { Caller } from '../../src/policy/evaluate.js';
import { deadPrincipals, isExcepted, isPrincipal } from '../../src/policy/principals.js';
import type { Verdict } from '../../src/policy/verdict.js';

const A = '111111111111';
const ROOT = `arn:aws:iam::${A}:root`;
const USER = `arn:aws:iam::${A}:user/team/alice`;
const ROLE = `arn:aws:iam::${A}:role/Reader`;
const SESSION = `arn:aws:sts::${A}:assumed-role/Reader/session`;
const CLOUDTRAIL: Caller = { service: 'cloudtrail.amazonaws.com' };

describe('Principal', () => {
  test.each<[string, Principals, Caller, Verdict]>([
    ['"*" is an IAM principal', '*', { arn: USER }, 'yes'],
    ['"*" is an AWS service', '*', CLOUDTRAIL, 'yes'],
    ['{"AWS":"*"} is an AWS service too', { AWS: '*' }, CLOUDTRAIL, 'yes'],
    ['"*" among others', { AWS: [USER, '*'] }, { arn: ROLE }, 'yes'],
    ['a service is itself', { Service: 'cloudtrail.amazonaws.com' }, CLOUDTRAIL, 'yes'],
    ['one of several', { Service: ['a.b', 'cloudtrail.amazonaws.com'] }, CLOUDTRAIL, 'yes'],
    ['no other service', { Service: 'config.amazonaws.com' }, CLOUDTRAIL, 'no'],
    ['case counts', { Service: 'CloudTrail.amazonaws.com' }, CLOUDTRAIL, 'no'],
    ['"Service":"*" is no wildcard', { Service: '*' }, CLOUDTRAIL, 'no'],
    ['a service is no IAM principal', { Service: USER }, { arn: USER }, 'no'],
    ['nor the other way', { AWS: 'cloudtrail.amazonaws.com' }, CLOUDTRAIL, 'no'],
    ['a user is itself', { AWS: USER }, { arn: USER }, 'yes'],
    ['case counts', { AWS: USER.replace('alice', 'Alice') }, { arn: USER }, 'no'],
    ['no wildcards in a name', { AWS: `arn:aws:iam::${A}:user/*` }, { arn: USER }, 'no'],
    ['an account is all its users', { AWS: A }, { arn: USER }, 'yes'],
    ['an account is all its sessions', { AWS: A }, { arn: SESSION }, 'yes'],
    ['its root ARN says the same', { AWS: ROOT }, { arn: SESSION }, 'yes'],
    ['its root user is the account', { AWS: A }, { arn: ROOT }, 'yes'],
    ['a user is not the account', { AWS: USER }, { arn: ROOT }, 'no'],
    ['another account', { AWS: '222222222222' }, { arn: USER }, 'no'],
    ['another partition', { AWS: `arn:aws-cn:iam::${A}:root` }, { arn: USER }, 'no'],
    ['an account is no service', { AWS: A }, CLOUDTRAIL, 'no'],
    ['a role is itself', { AWS: ROLE }, { arn: ROLE }, 'yes'],
    ['a role is its sessions', { AWS: ROLE }, { arn: SESSION }, 'yes'],
    ['with a path too', { AWS: `arn:aws:iam::${A}:role/a/b/Reader` }, { arn: SESSION }, 'yes'],
    ['not those of another role', { AWS: `${ROLE}2` }, { arn: SESSION }, 'no'],
    ['nor of a role named in the path', { AWS: `${ROLE}/Writer` }, { arn: SESSION }, 'no'],
    ['nor of another account', { AWS: ROLE.replace(A, '222222222222') }, { arn: SESSION }, 'no'],
    ['a session is itself', { AWS: SESSION }, { arn: SESSION }, 'yes'],
    ['a session is no other session', { AWS: `${SESSION}2` }, { arn: SESSION }, 'no'],
    ['a session is not its role', { AWS: SESSION }, { arn: ROLE }, 'no'],
    ['a canonical ID is no service', { CanonicalUser: '79a5' }, CLOUDTRAIL, 'no'],
    ['and may be any account', { CanonicalUser: '79a5' }, { arn: USER }, 'unknown'],
    [
      'an identity provider may be behind a session',
      { Federated: 'x' },
      { arn: SESSION },
      'unknown',
    ],
    ['and is no service', { Federated: 'cloudtrail.amazonaws.com' }, CLOUDTRAIL, 'no'],
    ['a type nobody knows', { Robot: 'x' }, CLOUDTRAIL, 'unknown'],
    ['does not weaken one that matches', { Robot: 'x', AWS: '*' }, CLOUDTRAIL, 'yes'],
    ['a bare name', ROOT, { arn: USER }, 'unknown'],
    ['nobody', {}, CLOUDTRAIL, 'no'],
    [
      'a caller without account is itself',
      { AWS: 'arn:aws:iam::aws:user/x' },
      { arn: 'arn:aws:iam::aws:user/x' },
      'yes',
    ],
    ['a caller without account', { AWS: A }, { arn: 'arn:aws:iam::aws:user/x' }, 'no'],
  ])('%s: %j, %j → %s', (_, principals, caller, expected) => {
    expect(isPrincipal(principals, caller)).toBe(expected);
  });
});

describe('NotPrincipal', () => {
  test.each<[string, Principals, Caller, Verdict]>([
    ['excepts the service it names', { Service: 'cloudtrail.amazonaws.com' }, CLOUDTRAIL, 'yes'],
    ['and no other', { Service: 'config.amazonaws.com' }, CLOUDTRAIL, 'no'],
    ['excepts everyone', '*', CLOUDTRAIL, 'yes'],
    ['excepts a user with its account', { AWS: [USER, ROOT] }, { arn: USER }, 'yes'],
    ['a user without its account: it depends', { AWS: USER }, { arn: USER }, 'unknown'],
    ['an account does not except its users', { AWS: ROOT }, { arn: USER }, 'no'],
    ['an account excepts its root user', { AWS: A }, { arn: ROOT }, 'yes'],
    ['a session with role and account', { AWS: [SESSION, ROLE, A] }, { arn: SESSION }, 'yes'],
    ['a session without its role: it depends', { AWS: [SESSION, A] }, { arn: SESSION }, 'unknown'],
    ['a role does not except its sessions', { AWS: [ROLE, A] }, { arn: SESSION }, 'no'],
    ['a canonical ID may be the caller', { CanonicalUser: '79a5' }, { arn: USER }, 'unknown'],
  ])('%s: %j, %j → %s', (_, principals, caller, expected) => {
    expect(isExcepted(principals, caller)).toBe(expected);
  });
});

function policyOf(Principal: Principals): PolicyDocument {
  return { Statement: { Effect: 'Allow', Principal, Action: 's3:*', Resource: '*' } };
}

describe('dead principals', () => {
  test.each(['AIDA', 'AROA', 'AGPA', 'ANPA', 'AIPA', 'ASCA'])('%s… is one', (prefix) => {
    const principal = `${prefix}JQABLZS4A3QDU576Q`;
    expect(deadPrincipals(policyOf({ AWS: principal }))).toEqual([{ statement: 0, principal }]);
  });

  test.each([
    ['everyone', '*'],
    ['an account', { AWS: A }],
    ['ARNs of living principals', { AWS: [ROOT, USER, ROLE, SESSION] }],
    ['a user who is called so', { AWS: `arn:aws:iam::${A}:user/AIDAJQABLZS4A3QDU576Q` }],
    ['a canonical user ID', { CanonicalUser: '79a59df900b949e55d96a1e698fbaced' }],
    ['a service', { Service: 'cloudtrail.amazonaws.com' }],
    ['a word that begins alike', { AWS: 'AIDAN-smith' }],
  ] as const)('%s is none', (_, principals) => {
    expect(deadPrincipals(policyOf(principals))).toEqual([]);
  });

  test('all are found, in either element, of either effect, with the Sid where there is one', () => {
    const rest = { Action: 's3:*', Resource: '*' };
    const document: PolicyDocument = {
      Statement: [
        { Sid: '', Effect: 'Allow', Principal: { AWS: [USER, 'AIDA1', 'AROA2'] }, ...rest },
        { Effect: 'Allow', Principal: '*', ...rest },
        { Sid: 'Keep', Effect: 'Deny', NotPrincipal: { AWS: 'AROA3:session' }, ...rest },
        { Effect: 'Deny', Principal: 'AIDA4', ...rest },
      ],
    };
    expect(deadPrincipals(document)).toEqual([
      { statement: 0, sid: '', principal: 'AIDA1' },
      { statement: 0, sid: '', principal: 'AROA2' },
      { statement: 2, sid: 'Keep', principal: 'AROA3:session' },
      { statement: 3, principal: 'AIDA4' },
    ]);
  });
});
