// What a change of policy means: who gains and who loses which access, found by putting requests to the policy before and
// after, and whether more was gained than the admitted deliveries need. What a row of access is, is decided in access-rows.ts.

import { examplesOf, STRANGER, type Surroundings } from './access-examples.js';
import { type AccessRow, type Clause, type Clauses, clausesOf, placeOf } from './access-rows.js';
import { canonicalStatement } from './canonical.js';
import {
  ACTION,
  accountOf,
  CLOUDTRAIL,
  GRANT_KINDS,
  OWNER_CONTROL,
  partitionOf,
  resourceArn,
} from './cloudtrail.js';
import { differing, valuesAround } from './condition-examples.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import type { AccessRequest } from './evaluate.js';
import { examinerOf } from './grants.js';
import { type Purpose, purposes } from './intent.js';
import { SOURCE_ACCOUNT, SOURCE_ARN, SOURCE_ORGANIZATION } from './locate.js';
import { judgeOf } from './narrow.js';
import { askedByAll } from './worlds.js';

export type AccessChange = {
  readonly gained: readonly AccessRow[];
  readonly lost: readonly AccessRow[];
  /** Of the lost ones, those that nobody asked to take away. */
  readonly lostUnasked: readonly AccessRow[];
  /** More was gained than the admitted deliveries need. */
  readonly broader: boolean;
  readonly notes: readonly string[];
};

/**
 * What the change from `before` to `after` gives and takes. `admitted` are the deliveries that are meant to gain,
 * `withdrawn` those that are meant to lose; null is a bucket without a policy.
 */
export function compareAccess(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
  admitted: readonly Delivery[],
  withdrawn: readonly Delivery[] = [],
): AccessChange {
  const [old, now] = [sideOf(before), sideOf(after)];
  const { before: left, after: joined, around } = changedClauses(old, now);
  const gained = sorted(
    onlyIn(now, old, joined, besideThose(around, old, now)),
    purposes(admitted, old.document),
  );
  const lost = sorted(
    butOf(
      admitted,
      now.document,
      onlyIn(old, now, left, { ...besideThose(around, now, old), unlikely: false }),
    ),
    purposes(withdrawn, now.document),
  );
  const strangersGain = strangersAdmitted(old, now, admitted);
  return {
    gained: unique([...gained.rows, ...strangersGain]),
    lost: unique(lost.rows),
    lostUnasked: unique(lost.beyond),
    broader: gained.beyond.length > 0 || strangersGain.length > 0,
    notes: notesOn(gained, lost),
  };
}

/** A Deny makes a difference only where it stands on the side that refuses. */
function besideThose(around: Surroundings, refusing: Side, allowing: Side): Surroundings {
  const others = deniesIn(statementsOf(allowing.document));
  const own = without(deniesIn(statementsOf(refusing.document)), others);
  return own.length === 0 ? { ...around, changed: [] } : around;
}

/** Whoever is admitted otherwise than before has lost nothing, even if only in the organization that he is said to be in. */
function butOf(admitted: readonly Delivery[], now: PolicyDocument, { own, crossed }: Found): Found {
  if (own.length === 0) return { own, crossed };
  const standing = examinerOf(now);
  const still = admitted.filter((one) =>
    GRANT_KINDS.every((kind) => standing(kind, one) !== 'missing'),
  );
  const purposeOf = purposes(still, NO_POLICY);
  return { own: own.filter((clause) => purposeOf(clause) !== 'needed'), crossed };
}

/** What changed hands, by what it was for. */
type Sorted = {
  readonly rows: readonly AccessRow[];
  /** Of the rows, those that are more than what was meant. */
  readonly beyond: readonly AccessRow[];
  readonly crossed: boolean;
};

function sorted({ own, crossed }: Found, purposeOf: (clause: Clause) => Purpose): Sorted {
  const all = own.map((clause) => ({ row: clause.row, purpose: purposeOf(clause) }));
  return {
    rows: all.filter(({ purpose }) => purpose !== 'crossed').map(({ row }) => row),
    beyond: all.filter(({ purpose }) => purpose === 'beyond').map(({ row }) => row),
    crossed: crossed || all.some(({ purpose }) => purpose === 'crossed'),
  };
}

/** A policy that can be asked; of a bucket without one, everything is refused. */
type Side = {
  readonly document: PolicyDocument;
  readonly allows: (request: AccessRequest) => boolean;
};

const NO_POLICY: PolicyDocument = { Version: '2012-10-17', Statement: [] };

function sideOf(given: PolicyDocument | null): Side {
  const document = given ?? NO_POLICY;
  const judge = judgeOf(document);
  return {
    document,
    allows: (request) =>
      judge(accountOf(String(request.context[SOURCE_ARN] ?? '')), request).effect === 'allowed',
  };
}

/** What may mean something else on the other side, and what to try it with. */
type Changed = {
  readonly before: Clauses;
  readonly after: Clauses;
  readonly around: Surroundings;
};

/** Where a Deny or the version has changed, any Allow may mean something else than before; else only the changed ones can. */
function changedClauses({ document: old }: Side, { document: now }: Side): Changed {
  const [before, after] = [statementsOf(old), statementsOf(now)];
  const changed = { before: without(before, after), after: without(after, before) };
  const refusals = deniesIn([...changed.before, ...changed.after]);
  const [left, joined] = [allowsIn(changed.before), allowsIn(changed.after)];
  const around = {
    allows: [...left, ...joined],
    contexts: valuesAround(differing(left, joined)),
    asked: askedByAll([old, now]),
    denies: deniesIn([...before, ...changed.after]),
    changed: refusals,
    unlikely: true,
  };
  if (refusals.length === 0 && (old.Version === now.Version || isEmpty(old) || isEmpty(now))) {
    return {
      ...unshared(clausesIn(changed.before), clausesIn(changed.after)),
      around,
    };
  }
  return { before: clausesIn(before), after: clausesIn(after), around };
}

function allowsIn(statements: readonly Statement[]): readonly Statement[] {
  return statements.filter(({ Effect }) => Effect === 'Allow');
}

function deniesIn(statements: readonly Statement[]): readonly Statement[] {
  return statements.filter(({ Effect }) => Effect === 'Deny');
}

function isEmpty(document: PolicyDocument): boolean {
  return statementsOf(document).length === 0;
}

function without(statements: readonly Statement[], others: readonly Statement[]) {
  const same = new Set(others.map(canonicalStatement));
  return statements.filter((statement) => !same.has(canonicalStatement(statement)));
}

type Found = {
  readonly own: readonly Clause[];
  /** Whether one account's trail on another's path is among it. */
  readonly crossed: boolean;
};

/** Of one side's clauses, what the other side does not allow; also what cannot be tried, for want of an example. */
function onlyIn(side: Side, other: Side, { own, crossed }: Clauses, around: Surroundings): Found {
  const isOnlyHere = (clause: Clause): boolean => {
    const examples = examplesOf(clause, around);
    return (
      examples.length === 0 ||
      examples.some((request) => side.allows(request) && !other.allows(request))
    );
  };
  return { own: own.filter(isOnlyHere), crossed: crossed.some(isOnlyHere) };
}

/** A clause that stands on both sides has not changed, if what surrounds it has not. */
function unshared(before: Clauses, after: Clauses): Pick<Changed, 'before' | 'after'> {
  const [old, now] = [identitiesIn(before), identitiesIn(after)];
  return { before: newTo(now, before, old), after: newTo(old, after, now) };
}

type Identities = ReadonlyMap<Clause, string>;

function identitiesIn({ own, crossed }: Clauses): Identities {
  return new Map([...own, ...crossed].map((clause) => [clause, identityOf(clause)]));
}

function newTo(known: Identities, { own, crossed }: Clauses, identities: Identities): Clauses {
  const keys = new Set(known.values());
  const isNew = (clause: Clause): boolean => !keys.has(identities.get(clause) ?? '');
  return { own: own.filter(isNew), crossed: crossed.filter(isNew) };
}

function identityOf({ principal, action, resource, conditions }: Clause): string {
  const lines = conditions.map(({ operator, key, values }) =>
    JSON.stringify([operator, key.toLowerCase(), values.map(String).toSorted()]),
  );
  return JSON.stringify([principal, action, resource, lines.toSorted()]);
}

function clausesIn(statements: readonly Statement[]): Clauses {
  const clauses = allowsIn(statements).map(clausesOf);
  return {
    own: clauses.flatMap(({ own }) => own),
    crossed: clauses.flatMap(({ crossed }) => crossed),
  };
}

/**
 * Whoever may never gain, put to both policies apart from any row: another account's trail, in another organization,
 * CloudTrail for no trail, an account that is not named anywhere.
 */
function strangersAdmitted(
  old: Side,
  now: Side,
  admitted: readonly Delivery[],
): readonly AccessRow[] {
  return admitted.slice(0, MOST_TRIED).flatMap((delivery) =>
    GRANT_KINDS.flatMap((kind) => {
      const resource = resourceArn(kind, delivery).replace('*', 'CloudTrail/x');
      return strangers(delivery).flatMap(({ caller, context, row }) => {
        const request = { caller, action: ACTION[kind], resource, context };
        return now.allows(request) && !old.allows(request)
          ? [{ ...row, may: ACTION[kind], on: placeOf(resourceArn(kind, delivery)) }]
          : [];
      });
    }),
  );
}

const MOST_TRIED = 3;

type Stranger = {
  readonly caller: AccessRequest['caller'];
  readonly context: AccessRequest['context'];
  readonly row: Pick<AccessRow, 'who' | 'when'>;
};

function strangers({ trailArn }: Delivery): readonly Stranger[] {
  const usual = { 'aws:securetransport': 'true', 's3:x-amz-acl': OWNER_CONTROL };
  const cloudtrail = { ...usual, 'aws:principalisawsservice': 'true' };
  const caller = { service: CLOUDTRAIL };
  const anyTrail = {
    ...cloudtrail,
    [SOURCE_ARN]: `arn:${partitionOf(trailArn)}:cloudtrail:us-east-1:999999999999:trail/stranger`,
    [SOURCE_ACCOUNT]: '999999999999',
    [SOURCE_ORGANIZATION]: 'o-stranger00',
  };
  return [
    { caller, context: anyTrail, row: { who: 'CloudTrail', when: ["for any account's trails"] } },
    {
      caller,
      context: cloudtrail,
      row: { who: 'CloudTrail', when: ['for no trail in particular'] },
    },
    { caller: STRANGER, context: usual, row: { who: 'anyone', when: [] } },
  ];
}

function notesOn(gained: Sorted, lost: Sorted): readonly string[] {
  const notes: string[] = [];
  if (gained.crossed) {
    notes.push(
      "In a statement that lists several trails and several paths, each of these trails may write to each of these paths. That is AWS's documented layout; CloudTrail itself writes only to a trail's own path.",
    );
  } else if (lost.crossed) {
    notes.push("Trails that were listed together can no longer write to each other's paths.");
  }
  if (lost.beyond.length > 0) {
    const are = lost.beyond.length === 1 ? 'is' : 'are';
    notes.push(`${lost.beyond.length} of the rows lost ${are} not of a trail that is withdrawn.`);
  }
  return notes;
}

function unique(rows: readonly AccessRow[]): readonly AccessRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
