// Makes docs/summary.png, the picture in the README: the job summary of a real dry run on the sandbox, its Markdown rendered and
// photographed in headless Chromium (`chromium` on the path). How it looks on GitHub is imitated, what it says is not.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../sandbox/index.js';
import { runAction } from '../sandbox/runner.js';
import { tutorialWorld } from '../sandbox/worlds.js';

const PICTURE = 'docs/summary.png';

const STYLE = `body { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #1f2328; margin: 24px; width: 912px }
h3 { font-size: 18px; margin: 0 0 16px } summary { cursor: pointer; margin-bottom: 8px } details { margin-bottom: 16px }
table { border-collapse: collapse; margin-bottom: 16px } td, th { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
code { background: #eff1f3; border-radius: 6px; padding: .2em .4em; font: 85% ui-monospace, "DejaVu Sans Mono", monospace }
pre { background: #f6f8fa; border-radius: 6px; padding: 12px; overflow: hidden } pre code { background: none; padding: 0; line-height: 1.45 }
.add { background: #dafbe1; display: block } .del { background: #ffebe9; display: block }`;

/** What the action writes into the summary for the pull request that adds the tutorial's second account. */
async function summary(): Promise<string> {
  const sandbox = await startSandbox();
  try {
    const { ids, roles, bucket, region } = tutorialWorld(sandbox);
    const run = await runAction({
      sandbox,
      event: { name: 'pull_request' },
      with: {
        'central-account-id': ids.SEC,
        'central-role-arn': roles.central,
        bucket,
        'member-account-id': ids.DEV,
        'member-role-arn': roles.member,
        'trail-name': 'DEV-CLOUDTRAIL',
        region,
      },
    });
    if (run.outputs['result'] !== 'planned') throw new Error(run.log);
    return run.summary;
  } finally {
    await sandbox.close();
  }
}

/** By `marked`, which speaks GitHub's Markdown; taken from npm for this alone. */
function rendered(markdown: string): string {
  const html = execFileSync('npx', ['--yes', 'marked@18.2.1', '--gfm'], { input: markdown });
  return html
    .toString()
    .replaceAll(/^(\+.*)\n/gm, '<span class="add">$1</span>')
    .replaceAll(/^(-.*)\n/gm, '<span class="del">$1</span>');
}

function photograph(html: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'summary-picture-'));
  try {
    const page = join(folder, 'summary.html');
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${html}`);
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];
    const place = [`--user-data-dir=${folder}/profile`, '--disable-background-networking'];
    const picture = ['--window-size=960,950', `--screenshot=${PICTURE}`, `file://${page}`];
    execFileSync('chromium', [...options, ...place, ...picture], { stdio: 'ignore' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

photograph(rendered(await summary()));
