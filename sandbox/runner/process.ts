// Runs one Node process and collects what it prints, line by line and in the order it arrives. It knows nothing of
// actions.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export type ProcessOptions = {
  readonly node: string;
  readonly script: string;
  /** A script that is started instead and given the other's path, to start it in its own way. */
  readonly starter?: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The process is killed after it. */
  readonly timeoutMs: number;
  readonly onLine: (line: string) => void;
  readonly onSpawn?: ((child: ChildProcess) => void) | undefined;
  /** Whether to look at its memory, fifty times a second. */
  readonly memory?: boolean | undefined;
};

export type ProcessResult = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wallMs: number;
  /** Highest resident memory in KiB as last seen, where that was asked for; Linux only. */
  readonly maxRssKb?: number;
};

export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const startedAt = performance.now();
  const child = spawn(options.node, [options.starter ?? [], options.script].flat(), {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.onSpawn?.(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
  const memory = options.memory === true ? watchMemory(child.pid) : UNWATCHED;
  const lines = [child.stdout, child.stderr].map((stream) => readLines(stream, options.onLine));
  try {
    const [exitCode, signal] = await exited(child);
    const wallMs = performance.now() - startedAt;
    await Promise.all(lines);
    return { exitCode, signal, wallMs, ...memory.stop() };
  } finally {
    clearTimeout(timer);
    memory.stop();
  }
}

const UNWATCHED = { stop: (): { maxRssKb?: number } => ({}) };

function exited(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => {
      done([code, signal]);
    });
  });
}

async function readLines(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
}

/** The kernel keeps the high-water mark, so that looking now and then is enough. */
function watchMemory(pid: number | undefined): { stop: () => { maxRssKb?: number } } {
  let maxRssKb: number | undefined;
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (found !== undefined) maxRssKb = Math.max(maxRssKb ?? 0, Number(found));
  };
  const timer = setInterval(() => void look(), 20);
  return {
    stop: () => {
      clearInterval(timer);
      return maxRssKb === undefined ? {} : { maxRssKb };
    },
  };
}
