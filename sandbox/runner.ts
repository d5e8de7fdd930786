// Starts an action the way GitHub's runner starts a JavaScript action: inputs and defaults from action.yml, a clean
// environment, command files, a log read for commands. The action talks to the sandbox, or to what the caller names.

import type { ChildProcess } from 'node:child_process';
import { access, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPath } from './github/api.js';
import type { Job } from './github/job.js';
import type { RecordedRequest, Sandbox } from './index.js';
import { type Annotation, type CommandReader, createCommandReader } from './runner/commands.js';
import { inputVariables, readDefinition, resolveInputs } from './runner/definition.js';
import {
  expressionsOf,
  githubVariables,
  type Places,
  systemVariables,
} from './runner/environment.js';
import { type EventOptions, jobOf, mayHaveIdToken, payloadOf } from './runner/event.js';
import { createFiles, readPairs, readSummary } from './runner/files.js';
import { runProcess } from './runner/process.js';

export type RunOptions = {
  readonly sandbox: Sandbox;
  /** Inputs of the step. */
  readonly with: Readonly<Record<string, string>>;
  /** Default: `push`. */
  readonly event?: EventOptions;
  /** `permissions: id-token: write`; default true. */
  readonly idToken?: boolean;
  /** `env` of the step; comes before everything else that is set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Comes over what the runner sets: the addresses of a GitHub Enterprise Server, say. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The Node executable; default: the one this runs on. */
  readonly node?: string;
  /** A script that starts the action's own, whose path it is given; default: Node does. */
  readonly starter?: string;
  /** Directory of action.yml; default: the project's root. */
  readonly actionPath?: string;
  /** Directory to work in, kept afterwards; default: a new temporary one, kept too. */
  readonly directory?: string;
  /** What leads to AWS, instead of `sandbox.environment`. */
  readonly awsEnvironment?: Readonly<Record<string, string>>;
  /** Whether `maxRssKb` is wanted. */
  readonly memory?: boolean;
  /** Default: two minutes. */
  readonly timeoutMs?: number;
  readonly onSpawn?: (child: ChildProcess) => void;
};

export type RunResult = {
  /** What the process ended with; `null` after a signal. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What GitHub would call the step: `failure` also when a command file cannot be read. */
  readonly conclusion: 'success' | 'failure';
  /** The log with secrets masked and commands carried out, as a person would see it. */
  readonly log: string;
  /** Every line as printed. */
  readonly rawLog: string;
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown, masked. */
  readonly summary: string;
  readonly directory: string;
  /** Where the input `output-directory` pointed, or would by its default. */
  readonly outputDirectory: string;
  readonly wallMs: number;
  /** Requests the sandbox recorded while the action ran. */
  readonly requests: readonly RecordedRequest[];
  readonly maxRssKb?: number;
};

export async function runAction(options: RunOptions): Promise<RunResult> {
  const step = await prepare(options);
  const { reader, rawLines } = step;
  const from = performance.timeOrigin + performance.now();
  const ended = await runProcess({
    node: options.node ?? process.execPath,
    script: step.main,
    starter: options.starter,
    memory: options.memory,
    cwd: step.places.workspace,
    env: step.env,
    timeoutMs: options.timeoutMs ?? 120_000,
    onLine: (line) => {
      rawLines.push(line);
      reader.read(line);
    },
    onSpawn: options.onSpawn,
  });
  const { outputs, summary, broken } = await readResults(step.files, reader);
  return {
    ...ended,
    conclusion: ended.exitCode === 0 && !broken ? 'success' : 'failure',
    log: reader.log(),
    rawLog: rawLines.map((line) => `${line}\n`).join(''),
    annotations: reader.annotations,
    outputs,
    summary: reader.masked(summary),
    directory: step.directory,
    outputDirectory: step.outputDirectory,
    requests: options.sandbox.requests.filter((request) => request.at >= from),
  };
}

async function prepare(options: RunOptions) {
  const directory = resolve(options.directory ?? (await mkdtemp(join(tmpdir(), 'action-run-'))));
  const event = options.event ?? { name: 'push' };
  const places = await makePlaces(directory);
  await writeFile(places.eventPath, JSON.stringify(payloadOf(event), null, 2));
  const job = jobOf(event);
  const { sandbox } = options;
  const definition = await readDefinition(resolve(options.actionPath ?? (await projectRoot())));
  const variables = githubVariables(job, places, sandbox.url + apiPath);
  const inputs = resolveInputs(
    definition,
    options.with,
    expressionsOf(variables, sandbox.github.token),
  );
  const files = await createFiles(join(directory, 'commands'));
  const token = options.idToken !== false && mayHaveIdToken(event) ? idToken(sandbox, job) : {};
  const reader = createCommandReader();
  reader.mask(sandbox.github.token);
  reader.mask(token['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '');
  for (const warning of inputs.warnings) reader.annotate('warning', warning);
  return {
    directory,
    places,
    files,
    main: definition.main,
    reader,
    rawLines: inputs.warnings.map((warning) => `##[warning]${warning}`),
    outputDirectory:
      inputs.values['output-directory'] ?? join(places.temp, 'cloudtrail-onboarding'),
    env: {
      ...systemVariables(places),
      ...(options.awsEnvironment ?? sandbox.environment),
      ...options.env,
      ...variables,
      ...files,
      ...token,
      ...inputVariables(inputs.values),
      ...options.variables,
    },
  };
}

function idToken(sandbox: Sandbox, job: Job): Readonly<Record<string, string>> {
  const { requestPath, requestToken } = sandbox.oidc.admit(job);
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: sandbox.url + requestPath,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  };
}

async function readResults(
  files: Awaited<ReturnType<typeof createFiles>>,
  reader: CommandReader,
): Promise<{ outputs: Record<string, string>; summary: string; broken: boolean }> {
  const { text: summary, error } = await readSummary(files.GITHUB_STEP_SUMMARY);
  if (error !== undefined) reader.annotate('error', error);
  try {
    const outputs = await readPairs(files.GITHUB_OUTPUT);
    await Promise.all([readPairs(files.GITHUB_ENV), readPairs(files.GITHUB_STATE)]);
    return { outputs, summary, broken: false };
  } catch (cause) {
    reader.annotate('error', `Unable to process file command successfully. ${String(cause)}`);
    return { outputs: {}, summary, broken: true };
  }
}

async function makePlaces(directory: string): Promise<Places> {
  const places = {
    workspace: join(directory, 'workspace'),
    temp: join(directory, 'temp'),
    home: join(directory, 'home'),
    toolCache: join(directory, 'tools'),
    eventPath: join(directory, 'commands', 'event.json'),
  };
  const folders = [
    places.workspace,
    places.temp,
    places.home,
    places.toolCache,
    dirname(places.eventPath),
  ];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })));
  return places;
}

/** The nearest directory above this file, compiled or not, that holds action.yml. */
async function projectRoot(): Promise<string> {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (dirname(directory) !== directory) {
    const found = await access(join(directory, 'action.yml')).then(
      () => true,
      () => false,
    );
    if (found) return directory;
    directory = dirname(directory);
  }
  throw new Error('no action.yml above the sandbox');
}
