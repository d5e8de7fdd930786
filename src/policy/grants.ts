// Whether a grant (one trail may do one thing) is in effect: the requests CloudTrail makes for it are put to the policy and
// every one must be allowed. How a policy comes to grant it, or to refuse it, is decided elsewhere (merge.ts, doctor.ts).

import { ACTION, bucketArn, GRANT_KINDS, type GrantKind, logsArn } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, statementsOf } from './document.js';
import { type AccessRequest, type Decision, evaluate } from './evaluate.js';
import { type Judge, judgeOf } from './narrow.js';
import { askedBy, serviceNames, type World, worldsOf } from './worlds.js';

/** One trail may do one thing: with the bucket, or what another kind of resource calls its things. */
export type Grant<K extends string = GrantKind> = {
  readonly kind: K;
  readonly delivery: Delivery;
};

/** The requests CloudTrail makes for a grant, as far as it is known what it sends. */
export type Requests<K extends string> = (
  kind: K,
  delivery: Delivery,
  world: World,
) => readonly AccessRequest[];

/**
 * `certain`: whatever CloudTrail may send is allowed. `depends`: it is in effect, unless something that nobody can know
 * from here is otherwise. `missing`: refused, or allowed in part only.
 */
export type Standing = 'certain' | 'depends' | 'missing';

/** One question to one document: how things stand with a grant. */
export type Examiner<K extends string = GrantKind> = (kind: K, delivery: Delivery) => Standing;

/**
 * The grants that are not in effect today: none of the ways things may be lets all of CloudTrail's requests through. A null
 * document grants nothing.
 */
export function missingGrants(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Grant[] {
  return missingBy(examinerOf(document), GRANT_KINDS, deliveries);
}

export function missingBy<K extends string>(
  standing: Examiner<K>,
  kinds: readonly K[],
  deliveries: readonly Delivery[],
): readonly Grant<K>[] {
  return deliveries.flatMap((delivery) =>
    kinds
      .filter((kind) => standing(kind, delivery) === 'missing')
      .map((kind) => ({ kind, delivery })),
  );
}

/** Reads the document once; each question then costs the same however many members there are. */
export function examinerOf(document: PolicyDocument | null): Examiner {
  return examinerFor(document, requestsFor);
}

/** The same for what CloudTrail asks of something else than the bucket. */
export function examinerFor<K extends string>(
  document: PolicyDocument | null,
  requests: Requests<K>,
): Examiner<K> {
  return document === null ? () => 'missing' : examiner(document, requests, judgeOf(document));
}

/** For a single question. */
export function standingIn<K extends string>(
  document: PolicyDocument,
  requests: Requests<K>,
  { kind, delivery }: Grant<K>,
): Standing {
  const judge: Judge = (_, request) => evaluate(document, request);
  return examiner(document, requests, judge)(kind, delivery);
}

function examiner<K extends string>(
  document: PolicyDocument,
  requests: Requests<K>,
  judge: Judge,
): Examiner<K> {
  const asked = askedBy(document);
  const isDeny = (index: number): boolean => statementsOf(document)[index]?.Effect === 'Deny';
  return (kind, delivery) =>
    bestOf(
      serviceNames(delivery).map((service) =>
        overWorlds(
          worldsOf(delivery, asked, service).map((world) =>
            inWorld(
              requests(kind, delivery, world),
              (request) => judge(delivery.accountId, request),
              isDeny,
            ),
          ),
        ),
      ),
    );
}

function bestOf(standings: readonly Standing[]): Standing {
  if (standings.includes('certain')) return 'certain';
  return standings.includes('depends') ? 'depends' : 'missing';
}

function overWorlds(standings: readonly Standing[]): Standing {
  const [first = 'missing', ...others] = standings;
  return others.every((standing) => standing === first) ? first : 'depends';
}

function inWorld(
  requests: readonly AccessRequest[],
  judge: (request: AccessRequest) => Decision,
  isDeny: (index: number) => boolean,
): Standing {
  let standing: Standing = 'certain';
  for (const request of requests) {
    const { effect, unknown } = judge(request);
    if (effect !== 'allowed') return 'missing';
    if (unknown.some(isDeny)) standing = 'depends';
  }
  return standing;
}

/** The document as if it had no Deny: who is admitted, whether or not something else stops him. */
export function withoutDenies(document: PolicyDocument): PolicyDocument {
  return {
    ...document,
    Statement: statementsOf(document).filter(({ Effect }) => Effect === 'Allow'),
  };
}

/**
 * The requests CloudTrail makes of the bucket for this grant. For a write these are keys of every kind it is known to write
 * below `AWSLogs/<account>/`, so that a narrower path does not pass for the whole: the empty object it creates when the
 * account starts, logs, digests and Insights events, in several Regions.
 */
export function requestsFor(
  kind: GrantKind,
  delivery: Delivery,
  { service, context, headers }: World,
): readonly AccessRequest[] {
  const common = { caller: { service }, action: ACTION[kind] };
  if (kind === 'acl-check') return [{ ...common, resource: bucketArn(delivery), context }];
  const folder = `${logsArn(delivery)}${delivery.accountId}/`;
  const logs = { ...context, ...headers.logs };
  const digests = { ...context, ...headers.digests };
  return [
    { ...common, resource: `${folder}CloudTrail/`, context: digests },
    ...LOG_KEYS.map((key) => ({ ...common, resource: `${folder}${key}`, context: logs })),
    { ...common, resource: `${folder}${DIGEST_KEY}`, context: digests },
  ];
}

const LOG_KEYS = [
  'CloudTrail/us-east-1/2026/11/23/CloudTrail_us-east-1_20261123T0005Z_0a.json.gz',
  'CloudTrail/ap-northeast-2/2031/02/01/CloudTrail_ap-northeast-2_20310201T2355Z_Z9.json.gz',
  'CloudTrail-Insight/eu-central-1/2026/11/23/CloudTrail-Insight_eu-central-1_1b.json.gz',
];
const DIGEST_KEY =
  'CloudTrail-Digest/sa-east-1/2026/11/23/CloudTrail-Digest_sa-east-1_20261123T000000Z.json.gz';
