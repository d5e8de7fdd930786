// Whom a policy lets deliver: the accounts that its statements for CloudTrail name, and whether it also lets in trails that
// nobody names. Whether a named account's grant is in effect is asked elsewhere (grants.ts).

import { pathAccount } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { examinerOf } from './grants.js';
import { entriesFor, namesCloudTrail, resourcesOf, SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';
import { nameOf } from './wording.js';

/** An account, and where a policy names it for CloudTrail. */
export type Grantee = {
  readonly accountId: string;
  /** Trail ARNs as they are written, patterns included. */
  readonly trails: readonly string[];
  /** Resources below the account's `AWSLogs/` folder. */
  readonly paths: readonly string[];
  /** As findings call them: `statement 2 (Sid "…")`. */
  readonly statements: readonly string[];
};

/** All accounts that an Allow for CloudTrail names by trail, by path or by number; in order of account ID. */
export function granteesOf(document: PolicyDocument | null): readonly Grantee[] {
  const mentions = document === null ? [] : statementsOf(document).flatMap(mentionsIn(document));
  const ids = [...new Set(mentions.map(({ accountId }) => accountId))].toSorted();
  const byAccount = new Map(ids.map((id): [string, Mention[]] => [id, []]));
  for (const mention of mentions) byAccount.get(mention.accountId)?.push(mention);
  return [...byAccount].map(([accountId, own]) => {
    const texts = (as: Mention['as']): readonly string[] =>
      distinct(own.filter((mention) => mention.as === as).map(({ text }) => text));
    const statements = distinct(own.map(({ statement }) => statement));
    return { accountId, trails: texts('trail'), paths: texts('path'), statements };
  });
}

type Mention = {
  readonly accountId: string;
  readonly as: 'trail' | 'path' | 'number';
  readonly text: string;
  readonly statement: string;
};

function mentionsIn(document: PolicyDocument) {
  return (statement: Statement, index: number): readonly Mention[] => {
    if (statement.Effect !== 'Allow' || !namesCloudTrail(statement)) return [];
    const name = nameOf(document, index);
    const of = (as: Mention['as'], accountOf: (text: string) => string | undefined) => {
      return (text: string): readonly Mention[] => {
        const accountId = accountOf(text);
        return accountId === undefined ? [] : [{ accountId, as, text, statement: name }];
      };
    };
    return [
      ...valuesOf(statement, SOURCE_ARN).flatMap(of('trail', trailAccount)),
      ...resourcesOf(statement).flatMap(of('path', folderAccount)),
      ...valuesOf(statement, SOURCE_ACCOUNT).flatMap(of('number', accountNumber)),
    ];
  };
}

/** What is listed to be let in; an operator with `Not` lists what is kept out. */
function valuesOf(statement: Statement, key: string): readonly string[] {
  return entriesFor(statement, key)
    .filter(({ operator }) => !/not/i.test(operator))
    .flatMap(({ values }) => values.map(String));
}

const trailAccount = (arn: string): string | undefined =>
  /^arn:[^:]*:cloudtrail:[^:]*:(\d{12}):trail\//.exec(arn)?.[1];

/** Also of a narrower path than the whole folder, and of a folder below an organization's. */
const folderAccount = (resource: string): string | undefined =>
  pathAccount(resource) ?? /\/AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})(?:\/|$)/.exec(resource)?.[1];

const accountNumber = (text: string): string | undefined => /^\d{12}$/.exec(text)?.[0];

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/**
 * Whether a trail that looks like the example may write, whichever account it is of: found by asking for accounts that
 * cannot exist and that nobody can have named.
 */
export function admitsAnyAccount(document: PolicyDocument | null, example: Delivery): boolean {
  const standing = examinerOf(document);
  const { organizationId: _, ...like } = example;
  return ['000000000000', '000000000001'].every((accountId) => {
    const trailArn = like.trailArn.split(':').with(4, accountId).join(':');
    return standing('write', { ...like, accountId, trailArn }) === 'certain';
  });
}
