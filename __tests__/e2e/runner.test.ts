// Runners that are not as they should be: what a run did must be told in whatever way is left.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calls, closeStages, findings, openStage } from './stage.js';

afterEach(closeStages);

function aFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'runner-')), 'file');
  writeFileSync(path, '');
  return path;
}

describe('an output-directory that is a file', () => {
  test('fails a dry run, which still tells its plan', async () => {
    const { plan } = await openStage();
    const run = await plan({ 'output-directory': aFile() });
    expect(run.exitCode).toBe(1);
    expect(findings(run)).toMatchObject([{ severity: 'error', code: 'output-directory' }]);
    expect(run.annotations).toHaveLength(1);
    expect(run.outputs).toMatchObject({ result: 'planned', 'plan-file': '' });
    expect(run.outputs['plan-digest']).toMatch(/^sha256:/);
    expect(run.summary).toContain('Cannot write into output-directory');
  });

  test('stops an apply before the policy is written, for it could not be kept', async () => {
    const { apply } = await openStage();
    const run = await apply({ 'output-directory': aFile() });
    expect(calls(run, 'writes')).toEqual([]);
    expect(run.outputs['result']).toBe('failed');
    expect(findings(run)).toMatchObject([{ severity: 'error', code: 'output-directory' }]);
  });
});
