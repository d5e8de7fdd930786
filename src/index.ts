// Starts the action: builds the real ports from the runner's environment and calls main. The only file with effects at
// import.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as core from '@actions/core';
import { awsClock } from './aws/aws-clock.js';
import { readingUntil, writingUntil } from './aws/cancellation.js';
import { connect } from './aws/connect.js';
import { connectDelivery } from './aws/connect-delivery.js';
import { requestHandler } from './aws/http.js';
import { unquoting } from './aws/unquoting.js';
import { unlessCancelled } from './cancel.js';
import { cancellation } from './github/cancellation.js';
import { eventPayload, pullRequestOf, runEvent, runInfo } from './github/context.js';
import { pullRequestComments } from './github/octokit.js';
import { idToken } from './github/oidc.js';
import { publish } from './github/publish.js';
import { workspaceFile } from './github/workspace.js';
import { main } from './main.js';
import { logLine, logText } from './report/escape.js';
import { logLines } from './report/log.js';

const { env } = process;
const INPUT = 'INPUT_';
const payload = eventPayload(env);
const pull = pullRequestOf(env, payload);
const githubToken = core.getInput('github-token');
// An empty text is no secret, and the runner complains of it.
const mask = (secret: string | undefined): void => {
  if (secret) core.setSecret(secret);
};
const SECRETS = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
for (const secret of [githubToken, ...SECRETS.map((name) => env[name])]) mask(secret);

const cancel = cancellation(process);
const clock = {
  now: () => performance.now(),
  sleep: (ms: number) => unlessCancelled(sleep(ms), cancel),
};
const aws = awsClock(unquoting(requestHandler()));
const writing = { requestHandler: writingUntil(cancel, aws.handler) };
const source = {
  client: {
    requestHandler: readingUntil(cancel, aws.handler),
    customUserAgent: 'cloudtrail-onboarding',
    clockOffset: aws.ahead,
  },
  now: clock.now,
  idToken: async (audience: string) => {
    const token = await unlessCancelled(idToken(env, audience), cancel);
    mask(token);
    return token;
  },
  mask,
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
  connect: (request) => connect(request, source, writing),
  connectDelivery: (request) => connectDelivery(request, source, aws),
  publish: (report, save) =>
    publish(report, save, {
      open:
        // A run that was cancelled, by a newer commit most often, has nothing more to say to the pull request.
        pull === null || githubToken === '' || cancel.aborted
          ? null
          : () => pullRequestComments(githubToken, pull, cancel),
      runId: env['GITHUB_RUN_ID'] ?? '',
    }),
  show: (report) => {
    for (const line of logLines(report)) core.info(line);
  },
  say: (line) => core.info(logLine(line)),
  tell: ({ heading, lines }) => {
    if (lines.length === 0) return core.info(logLine(heading));
    core.startGroup(logLine(heading));
    for (const line of lines) core.info(logLine(line));
    core.endGroup();
  },
  debug: (error) =>
    core.debug(logText(error instanceof Error ? (error.stack ?? error.message) : String(error))),
  now: aws.now,
  clock,
  cancel,
});

// Nothing is left to do, but a socket to a silent proxy would keep the process up. What has been said must be out first.
if (cancel.aborted) process.exitCode = core.ExitCode.Failure;
process.stdout.write('', () => process.exit());
