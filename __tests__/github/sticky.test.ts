import fc from 'fast-check';
import {
  type Comment,
  commentToUpdate,
  duplicates,
  identityOf,
  lastLine,
} from '../../src/github/sticky.js';
import type { Report } from '../../src/report/report.js';
import { marker } from '../../src/report/summary.js';

type Of = {
  readonly bucket?: string;
  readonly workflow?: string;
  readonly job?: string;
  readonly accounts?: readonly string[];
  readonly file?: string;
};

function report({
  bucket = 'logs',
  workflow = 'CI',
  job = 'plan',
  accounts = [DEV],
  file,
}: Of = {}) {
  const members = accounts.map((accountId) => ({ accountId }));
  return {
    run: { workflow, job, commit: '', url: '' },
    request: { operation: 'onboard', central: { bucket }, members, accountsFile: file },
  } as unknown as Report;
}
const DEV = '222222222222';
const PRD = '333333333333';

const identity = (of: Of = {}, run = '20') => identityOf(report(of), run);
/** What a run of this identity writes. */
const written = (id: number, of: Of = {}, run = '20'): Comment => ({
  id,
  user: { type: 'Bot' },
  body: `${marker(report(of))}\n\ntext\n\n${lastLine(identity(of, run))}`,
});
const chosen = (comments: readonly Comment[], of: Of = {}): number | undefined =>
  commentToUpdate(comments, identity(of))?.id;

describe('the comment to write over', () => {
  test.each<[string, readonly Comment[], number | undefined]>([
    ['none among none', [], undefined],
    ['the own one, wherever it stands', [plain(1), written(2), plain(3)], 2],
    ['the one of several that is to stay', [written(1, {}, '18'), written(3), written(2)], 2],
    ['not that of another bucket', [written(1, { bucket: 'other' })], undefined],
    ['not that of another workflow', [written(1, { workflow: 'Other' })], undefined],
    ['not that of another job', [written(1, { job: 'apply' })], undefined],
    ['not that of another leg of a matrix', [written(1, { accounts: [PRD] })], undefined],
    ['not that of a fleet in the same job', [written(1, { accounts: [DEV, PRD] })], undefined],
    ['not that of another accounts file', [written(1, { file: 'b.yml' })], undefined],
    ['not that of a person who quotes it', [{ ...written(1), user: { type: 'User' } }], undefined],
    ['not that of a user who is gone', [{ ...written(1), user: null }], undefined],
    ['not one without a body', [{ id: 1, user: { type: 'Bot' } }], undefined],
    ['one whose last line was lost', [{ ...written(1), body: marker(report()) }], 1],
    ['rather the one of its own scope', [written(1), { ...written(2), body: marker(report()) }], 1],
    ['one whose lines were ended by hand', [{ ...written(1), body: crlf(written(1)) }], 1],
    ['not one in whose diff the marker stands', [inDiff(1)], undefined],
  ])('%s', (_what, comments, id) => {
    expect(chosen(comments)).toBe(id);
  });

  function plain(id: number): Comment {
    return { id, user: { type: 'Bot' }, body: 'Build passed' };
  }
  function crlf({ body = '' }: Comment): string {
    return body.replaceAll('\n', '\r\n');
  }
  function inDiff(id: number): Comment {
    return { ...plain(id), body: `\`\`\`diff\n+${marker(report())}\n\`\`\`` };
  }

  test('is found by a fleet whose accounts are others than yesterday', () => {
    const before = written(1, { accounts: [DEV, PRD] });
    expect(chosen([before], { accounts: [DEV, PRD, '444444444444'] })).toBe(1);
  });

  test('is found by an accounts file that had one account yesterday', () => {
    const before = written(1, { file: 'accounts.yml', accounts: [DEV] });
    expect(chosen([before], { file: 'accounts.yml', accounts: [DEV, PRD] })).toBe(1);
  });

  test('is not found by the same account in another file: the legs of a sharded fleet', () => {
    const other = written(1, { file: 'shards/1.yml', accounts: [DEV] });
    expect(chosen([other], { file: 'shards/2.yml', accounts: [DEV] })).toBeUndefined();
  });

  test('tells which run wrote it', () => {
    expect(commentToUpdate([written(1, {}, '17')], identity())).toMatchObject({ run: 17 });
  });
});

describe('the marker', () => {
  test('is the bucket, the workflow and the job as they are written', () => {
    expect(marker(report({ workflow: 'Plan & apply_it #1 @night', job: 'plan_dev' }))).toBe(
      '<!-- cloudtrail-onboarding: logs · Plan &amp; apply_it #1 @night · plan_dev -->',
    );
  });

  const NAME = fc.string({
    unit: fc.constantFrom('-', '>', '<', '!', '&', ' ', 'a', '\n', '\u202e'),
  });

  test('is one line and one comment, whatever the workflow is called', () => {
    fc.assert(
      fc.property(NAME, (workflow) => {
        const text = marker(report({ workflow }));
        const [, inner = '-->'] = /^<!--([^]*)-->$/.exec(text) ?? [];
        expect(inner).not.toMatch(/--|[<>\n\u202e]/);
      }),
    );
  });

  test('is another for another name', () => {
    fc.assert(
      fc.property(NAME, NAME, (a, b) => {
        fc.pre(a !== b);
        expect(marker(report({ workflow: a }))).not.toBe(marker(report({ workflow: b })));
      }),
    );
  });
});

describe('of several comments of one identity', () => {
  test('the first that the latest run wrote stays', () => {
    const all = [written(1, {}, '18'), written(2, {}, '20'), written(3, {}, '20')];
    expect(duplicates(all, identity())).toEqual([3, 1]);
  });

  test('two runs that see the same take the same away', () => {
    const all = [written(1, {}, '20'), written(2, {}, '18')];
    expect(duplicates(all, identity({}, '18'))).toEqual(duplicates(all, identity({}, '20')));
  });

  test("a single one stays, and so do other legs'", () => {
    expect(duplicates([written(1), written(2, { accounts: [PRD] })], identity())).toEqual([]);
  });
});
