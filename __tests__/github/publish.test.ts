import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publish } from '../../src/github/publish.js';

test('a job summary that cannot be written is one more finding, and the outputs are set all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'publish-'));
  const output = join(folder, 'output');
  writeFileSync(output, '');
  process.env['GITHUB_OUTPUT'] = output;
  process.env['GITHUB_STEP_SUMMARY'] = join(folder, 'missing', 'summary.md');
  await publish(
    {
      run: { workflow: '', job: '', commit: '', url: '' },
      result: 'no-changes',
      request: null,
      plan: null,
      audit: null,
      outcome: null,
      delivery: null,
      unlimitedAccounts: [],
      findings: [],
      backupFile: '',
      keyBackups: [],
    },
    null,
    { open: null, runId: '' },
  );
  const outputs = readFileSync(output, 'utf8');
  expect(outputs).toMatch(/^result<<(\S+)\nno-changes\n\1$/m);
  expect(outputs).toContain('"code":"summary-not-written"');
});
