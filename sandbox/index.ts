// The sandbox: a small, strict AWS and a local GitHub on one loopback port, for the tutorial, the end-to-end tests, the
// benchmark and anybody's SDK. It shares no code with what it tests, and it is no replacement for AWS.

import type { AddressInfo } from 'node:net';
import type { Aws } from './aws/aws.js';
import { deliverDue } from './aws/cloudtrail/delivery.js';
import { type Decision, warmEvaluator } from './aws/iam.js';
import { createState } from './aws/state.js';
import { createThrottle, noThrottle } from './aws/throttle.js';
import { createClock } from './clock.js';
import { createFaults, type Faults } from './faults.js';
import { createGitHubApi, type GitHubApi } from './github/api.js';
import { createOidcIssuer, githubIssuer, type OidcIssuer } from './github/oidc.js';
import { createRecorder, type RecordedRequest } from './recorder.js';
import { listen } from './server.js';
import { createWorld, type World } from './world.js';

export type { Caller, Decision, Question } from './aws/iam.js';
export type { Fault, FaultAnswer } from './faults.js';
export type { RecordedRequest, ServiceName } from './recorder.js';
export type {
  ObjectView,
  PolicyJson,
  SessionView,
  StaticCredentials,
  TrailView,
  World,
} from './world.js';

export type SandboxOptions = {
  /** Default: a free one. */
  readonly port?: number;
  /** What the sandbox clock shows at the start; default: the real time. */
  readonly now?: Date;
  /** Sandbox seconds per real second; default 1. */
  readonly clockRate?: number;
  /** Real milliseconds that each answer takes at least, half of them before the request takes effect. */
  readonly latencyMs?: number;
  /** Real milliseconds until a bucket-policy write is visible to CloudTrail's own check. */
  readonly policyDelayMs?: number;
  /** Real milliseconds until a bucket-policy write is visible to GetBucketPolicy; a function is asked at each read. */
  readonly readDelayMs?: number | (() => number);
  /** Real milliseconds a bucket-policy write takes; a second one meanwhile gets OperationAborted. */
  readonly policyWriteMs?: number;
  /** CloudTrail refuses more than one write and ten reads a second per account, Region and operation; STS 600 calls. */
  readonly throttle?: boolean;
  /** Requests that are signed for another time than the sandbox clock's are refused, as AWS does; default: taken. */
  readonly checksTime?: boolean;
  /** Events in each log; default 1. */
  readonly recordsPerLog?: number;
  /** Called after every request that may have changed something, before its answer leaves. */
  readonly onWrite?: () => void;
};

export type Sandbox = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What a process needs in its environment to reach the sandbox's AWS, and no other. */
  readonly environment: Readonly<Record<string, string>>;
  readonly world: World;
  readonly requests: readonly RecordedRequest[];
  /** What IAM was asked about the callers of these requests, and its answers. */
  readonly decisions: readonly Decision[];
  readonly clearRequests: () => void;
  readonly faults: Faults;
  readonly oidc: OidcIssuer;
  readonly github: GitHubApi;
  /** The sandbox's time. */
  readonly now: () => Date;
  /** Moves the sandbox clock forward; CloudTrail delivers what is due. */
  readonly advance: (minutes: number) => void;
  readonly close: () => Promise<void>;
};

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = createClock(options.now ?? new Date(), options.clockRate);
  const oidc = await createOidcIssuer(clock);
  const { readDelayMs = 0 } = options;
  const aws: Aws = {
    state: createState(),
    clock,
    issuerKeys: (issuer) => Promise.resolve(issuer === githubIssuer ? oidc.keys : undefined),
    policyDelayMs: options.policyDelayMs ?? 0,
    readDelayMs: typeof readDelayMs === 'number' ? () => readDelayMs : readDelayMs,
    policyWriteMs: options.policyWriteMs ?? 0,
    throttle: options.throttle === true ? createThrottle() : noThrottle,
    recordsPerLog: options.recordsPerLog ?? 1,
    checksTime: options.checksTime ?? false,
  };
  const recorder = createRecorder();
  const faults = createFaults();
  const github = createGitHubApi();
  const { latencyMs = 0, onWrite = () => {} } = options;
  const parts = { aws, oidc, github, recorder, faults, latencyMs, onWrite };
  const [server] = await Promise.all([listen(parts, options.port ?? 0), warmEvaluator()]);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: { AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: 'true' },
    world: createWorld(aws),
    requests: recorder.requests,
    decisions: aws.state.decisions,
    clearRequests: () => {
      recorder.clear();
      aws.state.decisions.length = 0;
    },
    faults,
    oidc,
    github,
    now: clock.now,
    advance: (minutes) => {
      clock.advance(minutes);
      deliverDue(aws);
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
