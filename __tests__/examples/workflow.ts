// Plays a workflow as GitHub would, as far as the examples go: jobs in their order, conditions, expressions, outputs, a called
// workflow. Steps of this action run for real on the sandbox; checkout brings files; other actions are only noted.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { parse } from 'yaml';
import type { Sandbox } from '../../sandbox/index.js';
import { type RunResult, runAction } from '../../sandbox/runner.js';

export type Text = { readonly [name: string]: string };

export type Step = {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly [name: string]: string | number | boolean };
};

export type Job = {
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Step['with'];
  readonly environment?: string;
  readonly permissions?: Text;
  readonly concurrency?: { readonly group: string; readonly queue: string };
  readonly outputs?: Text;
  readonly steps?: readonly Step[];
};

type Asked = { readonly [name: string]: { readonly default?: unknown } };

export type Workflow = {
  readonly on: {
    readonly workflow_dispatch?: { readonly inputs?: Asked } | null;
    readonly workflow_call?: { readonly inputs?: Asked };
  };
  readonly permissions: unknown;
  readonly jobs: { readonly [name: string]: Job };
};

export type Ran = {
  readonly job: string;
  readonly run: RunResult;
};

export type Played = {
  /** The steps of this action. */
  readonly runs: readonly Ran[];
  /** What was uploaded: the files' content, by the name of the artifact. */
  readonly artifacts: Text;
};

export type Start = {
  readonly event: string;
  /** What the form or the caller gives; what it leaves out has its default. */
  readonly inputs?: { readonly [name: string]: string | boolean };
  /** Files of the repository, which a job has after a checkout. */
  readonly files?: Text;
};

/** Where the runs work; whoever plays removes it. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'examples-'));

export function readWorkflow(name: string): Workflow {
  return parse(readFileSync(join('docs/examples', name), 'utf8')) as Workflow;
}

export const isOurs = ({ uses = '' }: Pick<Step, 'uses'>): boolean =>
  uses.startsWith('OWNER/cloudtrail-onboarding@');

export async function play(
  workflow: Workflow,
  start: Start,
  stage: { readonly sandbox: Sandbox; readonly folder: string },
): Promise<Played> {
  const needs: { [job: string]: { readonly outputs: Text } } = {};
  const played: Ran[] = [];
  let artifacts: Text = {};
  const given = { github: github(start), inputs: { ...defaults(workflow), ...start.inputs } };
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const contexts = { ...given, needs };
    if (!holds(job.if, contexts)) continue;
    const done = await playJob(name, job, contexts, start, stage);
    needs[name] = { outputs: done.outputs };
    played.push(...done.runs);
    artifacts = { ...artifacts, ...done.artifacts };
    // What comes after a job that failed is skipped.
    if (done.runs.some(({ run }) => run.conclusion === 'failure')) break;
  }
  return { runs: played, artifacts };
}

async function playJob(
  name: string,
  job: Job,
  contexts: Contexts,
  start: Start,
  stage: { readonly sandbox: Sandbox; readonly folder: string },
): Promise<Played & { readonly outputs: Text }> {
  if (job.uses !== undefined) {
    const called = readWorkflow(/\/([\w-]+\.yml)@/.exec(job.uses)?.[1] ?? '');
    const inputs = filledIn(job.with ?? {}, contexts);
    return { ...(await play(called, { ...start, inputs }, stage)), outputs: {} };
  }
  const directory = mkdtempSync(join(stage.folder, `${name}-`));
  mkdirSync(join(directory, 'workspace'));
  const steps: { [id: string]: { readonly outputs: Text } } = {};
  const runs: Ran[] = [];
  const artifacts: { [name: string]: string } = {};
  for (const step of job.steps ?? []) {
    const now = { ...contexts, steps };
    if (!holds(step.if, now)) continue;
    const inputs = filledIn(step.with ?? {}, now);
    if (isOurs(step)) {
      const run = await runOurs(job, inputs, start, { ...stage, directory });
      runs.push({ job: name, run });
      if (step.id !== undefined) steps[step.id] = { outputs: run.outputs };
      if (run.conclusion === 'failure') break;
    }
    if (step.uses?.startsWith('actions/checkout@')) {
      for (const [path, text] of Object.entries(start.files ?? {}))
        writeFileSync(join(directory, 'workspace', path), text);
    }
    if (step.uses?.startsWith('actions/upload-artifact@')) {
      artifacts[inputs['name'] ?? ''] = readFileSync(inputs['path'] ?? '', 'utf8');
    }
  }
  const outputs = filledIn(job.outputs ?? {}, { ...contexts, steps });
  return { runs, artifacts, outputs };
}

/** With what the job's permissions allow, and nothing more. */
function runOurs(
  { permissions = {}, environment }: Job,
  inputs: Text,
  { event }: Start,
  { sandbox, directory }: { readonly sandbox: Sandbox; readonly directory: string },
): Promise<RunResult> {
  sandbox.github.mayComment = permissions['pull-requests'] === 'write';
  return runAction({
    sandbox,
    directory,
    with: inputs,
    idToken: permissions['id-token'] === 'write',
    event: { name: event, ...(environment !== undefined && { environment }) },
  });
}

function github({ event }: Start): object {
  return { event_name: event, run_attempt: '1' };
}

function defaults({ on }: Workflow): { readonly [name: string]: unknown } {
  const asked = on.workflow_call?.inputs ?? on.workflow_dispatch?.inputs ?? {};
  return Object.fromEntries(Object.entries(asked).map(([name, input]) => [name, input.default]));
}

type Contexts = { readonly [name: string]: object };

/** GitHub's own evaluator. */
function evaluate(expression: string, contexts: Contexts): data.ExpressionData {
  const cancelled = { name: 'cancelled', minArgs: 0, maxArgs: 0 };
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), [cancelled]).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const never = { ...cancelled, call: () => new data.BooleanData(false) };
  return new Evaluator(parsed, known, new Map([['cancelled', never]])).evaluate();
}

function filledIn(values: NonNullable<Step['with']>, contexts: Contexts): Text {
  const fill = (value: string): string =>
    value.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
      evaluate(expression, contexts).coerceString(),
    );
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fill(String(value))]),
  );
}

function holds(condition: string | undefined, contexts: Contexts): boolean {
  if (condition === undefined) return true;
  const [, expression = condition] = /^\$\{\{(.*)\}\}$/.exec(condition) ?? [];
  return evaluate(expression, contexts).coerceString() === 'true';
}
