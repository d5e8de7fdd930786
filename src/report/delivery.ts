// The part of the report that says whether logs arrive: a table for the summary, lines for the log, values for the output and
// the plan file.

import type {
  AccountDelivery,
  DeliveryReport,
  DeliveryState,
  Isolation,
  Proof,
} from '../delivery/verdict.js';
import { code, prose } from './escape.js';
import { type Section, tableSection, uncut } from './sections.js';
import { grouped, plural } from './words.js';

const ICONS: { readonly [state in DeliveryState]: string } = {
  delivered: '✅',
  pending: '⏳',
  failing: '❌',
  unknown: '❔',
};

const PROOFS: { readonly [proof in Proof]: string } = {
  digest: "a log, the trail's status, and a digest file that names the trail",
  'only-trail': "a log and the trail's status; no other trail of the account delivers there",
  status: "a log and the trail's status; other trails of the account deliver there, too",
};

/** Empty where no proof was asked for. */
export function deliverySection(delivery: DeliveryReport | null): Section {
  if (delivery === null) return uncut('');
  const { accounts } = delivery;
  const withDigests = accounts.some(({ digests }) => digests !== null);
  const head = ['account', 'trail', 'delivery', 'proof', 'newest log', 'delay', 'reads the bucket'];
  const rows = accounts.map((account) => [
    code(account.accountId),
    code(account.trailName),
    `${ICONS[account.state]} ${account.state}`,
    prose(account.proof === null ? account.detail : PROOFS[account.proof]),
    account.log === null ? '' : logCell(account.log),
    delayInWords(account),
    prose(isolationInWords(account.isolation)),
    ...(withDigests ? [prose(account.digests?.words ?? '')] : []),
  ]);
  const table = tableSection(withDigests ? [...head, 'digests'] : head, rows);
  return { ...table, open: `#### Delivery\n\n${table.open}` };
}

function logCell({ key, records }: NonNullable<AccountDelivery['log']>): string {
  const count = records === null ? 'not opened' : plural(records, 'record');
  return `${code(key.split('/').at(-1) ?? key)} (${count})`;
}

/** From the newest event of the log until S3 had it. */
function delayInWords({ log }: AccountDelivery): string {
  if (log === null || log.newestEvent === null) return '';
  const seconds = Math.max(0, Math.round((log.storedAt - log.newestEvent) / 1_000));
  return seconds < 120 ? `${seconds} s` : `${grouped(Math.round(seconds / 60))} min`;
}

function isolationInWords(isolation: Isolation | null): string {
  if (isolation === null) return '';
  const { byPolicy, tried } = isolation;
  if (tried === 'let-in') return 'yes: it tried, and was let in';
  const words = {
    cannot: 'no, by the policy',
    unsure: 'not sure, by the policy',
    may: 'yes, by the policy',
    unknown: 'the policy could not be read',
  };
  return `${words[byPolicy]}${tried === 'refused' ? '; its own role tried and was refused' : ''}`;
}

/** `2 of 3 accounts`: those of which logs have arrived. */
export function deliveredInWords({ accounts }: DeliveryReport): string {
  const delivered = accounts.filter(({ state }) => state === 'delivered').length;
  return `logs of ${delivered} of ${plural(accounts.length, 'account')} arrive`;
}

export function deliveryLines(delivery: DeliveryReport): readonly string[] {
  const lines = delivery.accounts.map(({ accountId, trailName, state, proof, detail, log }) => {
    const why = proof === null ? detail : `${PROOFS[proof]} (${log?.key ?? ''})`;
    return `  ${accountId} ${trailName}: ${state}: ${why}`;
  });
  return [`Delivery: ${deliveredInWords(delivery)}`, ...lines];
}

/** Account ID → state. */
export function statesOf(delivery: DeliveryReport | null): {
  readonly [accountId: string]: DeliveryState;
} {
  return Object.fromEntries(
    (delivery?.accounts ?? []).map(({ accountId, state }) => [accountId, state]),
  );
}

/** For the plan file, whose findings are all in one place. */
export function deliveryJson({ accounts }: DeliveryReport) {
  return accounts.map(
    ({ accountId, trailName, state, detail, proof, log, isolation, digests }) => ({
      accountId,
      trailName,
      state,
      detail,
      proof,
      isolation,
      log: log && {
        key: log.key,
        storedAt: new Date(log.storedAt).toISOString(),
        records: log.records,
        newestEvent: log.newestEvent === null ? null : new Date(log.newestEvent).toISOString(),
      },
      ...(digests === null ? {} : { digests: digests.words }),
    }),
  );
}
