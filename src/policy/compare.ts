// What a change of policy means: who gains and who loses which access, found by putting requests to the policy before and
// after, and whether more was gained than the admitted deliveries need. What a row of access is, is decided in access-rows.ts.

import { contextsAround, examplesOf, STRANGER, type Surroundings } from './access-examples.js';
import { type AccessRow, type Clause, type Clauses, clausesOf, placeOf } from './access-rows.js';
import { canonicalStatement } from './canonical.js';
import {
  ACTION,
  CLOUDTRAIL,
  CLOUDTRAIL_NAMES,
  GRANT_KINDS,
  OWNER_CONTROL,
  partitionOf,
  resourceArn,
} from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { type AccessRequest, evaluate } from './evaluate.js';
import { SOURCE_ACCOUNT, SOURCE_ARN, SOURCE_ORGANIZATION } from './locate.js';
import { judgeOf } from './narrow.js';
import { askedBy } from './worlds.js';

export type AccessChange = {
  readonly gained: readonly AccessRow[];
  readonly lost: readonly AccessRow[];
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
  const changed = changedStatements(old, now);
  const gained = onlyIn(now, old, changed.after, changed);
  const lost = onlyIn(old, now, changed.before, changed);
  const strangersGain = strangersAdmitted(old, now, admitted);
  const needs = needsOf(admitted);
  return {
    gained: unique([...gained.own.map(({ row }) => row), ...strangersGain]),
    lost: unique(lost.own.map(({ row }) => row)),
    broader: strangersGain.length > 0 || gained.own.some((clause) => !isNeeded(needs, clause)),
    notes: notesOn(gained, lost, needsOf(withdrawn)),
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
    allows: (request) => {
      const account = /\/AWSLogs\/(\d{12})\//.exec(request.resource)?.[1];
      const sender = String(request.context[SOURCE_ARN] ?? '').split(':')[4];
      const isOneAccounts = account === undefined || account === sender;
      const decision =
        sender !== undefined && isOneAccounts
          ? judge(sender, request)
          : evaluate(document, request);
      return decision.effect === 'allowed';
    },
  };
}

type Changed = {
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
  /** Whether something has changed that every row depends on, so that equal rows may mean different things. */
  readonly all: boolean;
  readonly around: Surroundings;
};

/** Where a Deny has changed, any Allow may mean something else than before; else only the changed ones can. */
function changedStatements({ document: old }: Side, { document: now }: Side): Changed {
  const [before, after] = [statementsOf(old), statementsOf(now)];
  const changed = { before: without(before, after), after: without(after, before) };
  const asked = askedBy(old, now);
  const denies = [...changed.before, ...changed.after].filter(({ Effect }) => Effect === 'Deny');
  if (denies.length === 0 && (old.Version === now.Version || isEmpty(old) || isEmpty(now))) {
    return { ...changed, all: false, around: { asked, contexts: [] } };
  }
  return { before, after, all: true, around: { asked, contexts: contextsAround(denies) } };
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

/** What one side's statements allow and the other side does not. */
function onlyIn(
  side: Side,
  other: Side,
  statements: readonly Statement[],
  { before, after, all, around }: Changed,
): Found {
  const here = clausesIn(statements);
  const there = clausesIn(statements === after ? before : after);
  const isOnlyHere = (clause: Clause): boolean => {
    const examples = examplesOf(clause, around);
    if (examples.length === 0) return true;
    return examples.some((request) => side.allows(request) && !other.allows(request));
  };
  return {
    own: newTo(there.own, here.own, all).filter(isOnlyHere),
    crossed: newTo(there.crossed, here.crossed, all).some(isOnlyHere),
  };
}

/** A clause that stands on both sides has not changed, unless what surrounds it has. */
function newTo(
  known: readonly Clause[],
  clauses: readonly Clause[],
  all: boolean,
): readonly Clause[] {
  if (all) return clauses;
  const keys = new Set(known.map(identityOf));
  return clauses.filter((clause) => !keys.has(identityOf(clause)));
}

function identityOf({ principal, action, resource, conditions }: Clause): string {
  const lines = conditions.map(({ operator, key, values }) =>
    JSON.stringify([operator, key.toLowerCase(), values.map(String).toSorted()]),
  );
  return JSON.stringify([principal, action, resource, lines.toSorted()]);
}

function clausesIn(statements: readonly Statement[]): Clauses {
  const clauses = statements.filter(({ Effect }) => Effect === 'Allow').map(clausesOf);
  return {
    own: clauses.flatMap(({ own }) => own),
    crossed: clauses.flatMap(({ crossed }) => crossed),
  };
}

/** What exactly these deliveries need. */
function needsOf(deliveries: readonly Delivery[]): ReadonlySet<string> {
  return new Set(
    deliveries.flatMap((delivery) =>
      GRANT_KINDS.map((kind) =>
        JSON.stringify([ACTION[kind], resourceArn(kind, delivery), delivery.trailArn]),
      ),
    ),
  );
}

function isNeeded(needs: ReadonlySet<string>, { principal, action, resource, sender }: Clause) {
  const need = JSON.stringify([action, resource, sender]);
  return principal.type === 'Service' && CLOUDTRAIL_NAMES.has(principal.name) && needs.has(need);
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

function notesOn(gained: Found, lost: Found, withdrawn: ReadonlySet<string>): readonly string[] {
  const notes: string[] = [];
  if (gained.crossed) {
    notes.push(
      "In a statement that lists several trails and several paths, each of these trails may write to each of these paths. That is AWS's documented layout; CloudTrail itself writes below a trail's own account only.",
    );
  }
  if (lost.crossed && !gained.crossed) {
    notes.push("Trails that were listed together can no longer write to each other's paths.");
  }
  const others = lost.own.filter((clause) => !isNeeded(withdrawn, clause)).length;
  if (others > 0) {
    notes.push(
      `${others} of the rows lost ${others === 1 ? 'is' : 'are'} not of a trail that is withdrawn.`,
    );
  }
  return notes;
}

function unique(rows: readonly AccessRow[]): readonly AccessRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
