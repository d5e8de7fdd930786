// Starts the action: builds the real ports from the runner's environment and calls main. The only file with effects at
// import.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as core from '@actions/core';
import { connect } from './aws/connect.js';
import { connectDelivery } from './aws/connect-delivery.js';
import { requestHandler } from './aws/http.js';
import { sdkSettings } from './aws/sdk-settings.js';
import { eventPayload, pullRequestOf, runEvent, runInfo } from './github/context.js';
import { pullRequestComments } from './github/octokit.js';
import { idToken } from './github/oidc.js';
import { publish } from './github/publish.js';
import { workspaceFile } from './github/workspace.js';
import { main } from './main.js';
import { logLine } from './report/escape.js';
import { logLines } from './report/log.js';

const { env } = process;
const INPUT = 'INPUT_';
const payload = eventPayload(env);
const pull = pullRequestOf(env, payload);
const githubToken = core.getInput('github-token');
if (githubToken !== '') core.setSecret(githubToken);

const source = {
  client: {
    ...sdkSettings(),
    requestHandler: requestHandler(),
    customUserAgent: 'cloudtrail-onboarding',
  },
  idToken: async (audience: string) => {
    const token = await idToken(env, audience);
    core.setSecret(token);
    return token;
  },
  mask: core.setSecret,
};

await main({
  inputs: {
    text: (name) => core.getInput(name),
    names: Object.keys(env).flatMap((name) =>
      name.startsWith(INPUT) && env[name] !== '' ? [name.slice(INPUT.length)] : [],
    ),
    environment: env,
    event: runEvent(env, payload),
  },
  run: runInfo(env, payload),
  file: (path) => workspaceFile(path, env['GITHUB_WORKSPACE'] || process.cwd()),
  connect: (request) => connect(request, source),
  connectDelivery: (request) => connectDelivery(request, source),
  publish: (report, save) =>
    publish(report, save, {
      open:
        pull === null || githubToken === '' ? null : () => pullRequestComments(githubToken, pull),
      runId: env['GITHUB_RUN_ID'] ?? '',
    }),
  show: (report) => {
    for (const line of logLines(report)) core.info(line);
  },
  say: (line) => core.info(logLine(line)),
  debug: (error) =>
    core.debug(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  today: () => Date.now(),
  clock: { now: () => performance.now(), sleep: (ms) => sleep(ms) },
});

// Nothing is left to do, but a socket to a silent proxy would keep the process up. What has been said must be out first.
process.stdout.write('', () => process.exit());
