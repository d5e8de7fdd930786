// One loopback port for everything: reads a request, tells whose it is, lets latency and faults have their way, records
// it and sends the answer. What the answer is, the services decide.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { scopeOf } from './aws/authentication.js';
import type { Aws, Named, Service } from './aws/aws.js';
import { cloudtrail } from './aws/cloudtrail/cloudtrail.js';
import { deliverDue } from './aws/cloudtrail/delivery.js';
import { kms } from './aws/kms/kms.js';
import { s3 } from './aws/s3/s3.js';
import { sns } from './aws/sns.js';
import { sts } from './aws/sts.js';
import type { FaultAnswer, FaultBook } from './faults.js';
import { apiPath, type GitHubApi } from './github/api.js';
import type { OidcIssuer } from './github/oidc.js';
import type { Finish, Recorder, RequestFacts, ServiceName } from './recorder.js';
import { type HttpReply, type HttpRequest, Refusal } from './wire.js';

export type Parts = {
  readonly aws: Aws;
  readonly oidc: OidcIssuer;
  readonly github: GitHubApi;
  readonly recorder: Recorder;
  readonly faults: FaultBook;
  /** Real milliseconds that each answer takes at least, half of them before the request is carried out. */
  readonly latencyMs: number;
  /** Called after every request that may have changed something, before its answer leaves. */
  readonly onWrite: () => void;
};

/** Starts listening on 127.0.0.1. */
export async function listen(parts: Parts, port: number): Promise<Server> {
  const server = createServer((incoming, response) => {
    serve(parts, incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // Clients keep connections open between two phases of a run; a reset in between would be a fault nobody asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  return server;
}

async function serve(
  parts: Parts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const readAt = performance.now();
  const service = serviceOf(parts, request);
  const named = nameOf(service, request);
  const facts = factsOf(parts, service, request, named);
  const finish = parts.recorder.start(facts);
  const fault = parts.faults.meet(facts);
  await pause(parts.latencyMs / 2);
  if (fault === 'hang') return;
  if (endsAt(fault, 'before')) return cut(response, finish);
  const reply = await answer(parts, service, request, named, fault);
  if (named.write) parts.onWrite();
  await pause(readAt + parts.latencyMs - performance.now());
  if (isLate(fault)) await pause(fault.lateMs);
  if (endsAt(fault, 'after')) return cut(response, finish, reply.policyVersion);
  const body = bodyOf(reply, fault);
  response.writeHead(reply.status, {
    ...reply.headers,
    date: parts.aws.clock.now().toUTCString(),
    'content-length': Buffer.byteLength(body),
    [service.key === 's3' ? 'x-amz-request-id' : 'x-amzn-requestid']: crypto.randomUUID(),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  finish(reply);
}

const isLate = (fault: FaultAnswer | undefined): fault is { readonly lateMs: number } =>
  typeof fault === 'object' && 'lateMs' in fault;

/** Whether the connection is cut here; whoever is to be killed is dead by then. */
function endsAt(fault: FaultAnswer | undefined, when: 'before' | 'after'): boolean {
  if (typeof fault !== 'object' || !('kill' in fault)) return fault === `reset-${when}`;
  if (fault.when === when) fault.kill();
  return fault.when === when;
}

function bodyOf(reply: Reply, fault: FaultAnswer | undefined): Reply['body'] {
  if (fault === 'malformed') return '{"<malformed';
  if (typeof fault !== 'object' || !('rewrite' in fault)) return reply.body;
  return fault.rewrite(reply.body.toString());
}

type Reply = HttpReply & { readonly errorCode?: string };

/** A service by the name it is recorded under. */
type Known = Service & { readonly key: ServiceName };

async function answer(
  parts: Parts,
  service: Known,
  request: HttpRequest,
  named: Named,
  fault: FaultAnswer | undefined,
): Promise<Reply> {
  try {
    if (typeof fault === 'object') {
      if ('code' in fault) throw new Refusal(fault.status, fault.code, fault.message ?? fault.code);
      if ('first' in fault) await fault.first();
      if ('delayMs' in fault) await pause(fault.delayMs);
    }
    deliverDue(parts.aws);
    return await service.answer(parts.aws, request, named);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : internalError(error);
    return { ...service.refuse(refusal, request), errorCode: refusal.code };
  }
}

/** A mistake of the sandbox itself: told apart from AWS's answers, and loud. */
function internalError(error: unknown): Refusal {
  console.error(error);
  return new Refusal(500, 'SandboxFailure', String(error));
}

function nameOf(service: Known, request: HttpRequest): Named {
  try {
    return service.name(request);
  } catch {
    return { operation: 'Unknown', write: false };
  }
}

function serviceOf(parts: Parts, request: HttpRequest): Known {
  if (request.path.startsWith(apiPath)) return github(parts.github);
  if (request.path.startsWith('/_github/')) return oidc(parts.oidc);
  const signedFor = scopeOf(request)?.service;
  if (signedFor === 'cloudtrail') return { key: 'cloudtrail', ...cloudtrail };
  if (signedFor === 'sns') return { key: 'sns', ...sns };
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (signedFor === 'sts' || form === true) return { key: 'sts', ...sts };
  const target = request.headers['x-amz-target'] ?? '';
  if (target.includes('CloudTrail')) return { key: 'cloudtrail', ...cloudtrail };
  if (signedFor === 'kms' || target.startsWith('TrentService')) return { key: 'kms', ...kms };
  return { key: 's3', ...s3 };
}

function oidc(issuer: OidcIssuer): Known {
  return {
    key: 'oidc',
    name: (request) => ({
      operation: request.path.endsWith('/jwks') ? 'GetKeys' : 'GetIdToken',
      write: false,
    }),
    answer: (_, request) => issuer.answer(request),
    refuse: jsonRefusal,
  };
}

function github(api: GitHubApi): Known {
  return {
    key: 'github',
    name: (request) => ({
      operation: `${request.method} ${request.path.slice(apiPath.length)}`,
      write: request.method !== 'GET',
    }),
    answer: (_, request) => Promise.resolve(api.answer(request)),
    refuse: jsonRefusal,
  };
}

function jsonRefusal(error: Refusal): HttpReply {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: error.message }),
  };
}

function factsOf(parts: Parts, service: Known, request: HttpRequest, named: Named): RequestFacts {
  const scope = service.key === 'oidc' || service.key === 'github' ? undefined : scopeOf(request);
  const credential = parts.aws.state.credentials.get(scope?.accessKeyId ?? '');
  const account = named.account ?? credential?.callerArn.split(':')[4];
  return {
    service: service.key,
    operation: named.operation,
    write: named.write,
    ...(account !== undefined && { account }),
    ...(scope !== undefined && { region: scope.region, accessKeyId: scope.accessKeyId }),
    ...(credential !== undefined && { principal: credential.callerArn }),
    ...(named.resource !== undefined && { resource: named.resource }),
  };
}

function cut(response: ServerResponse, finish: Finish, policyVersion?: number): void {
  response.socket?.resetAndDestroy();
  finish({ status: 0, errorCode: 'ConnectionReset', policyVersion });
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path = '/', queryString = ''] = (incoming.url ?? '/').split('?', 2);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path,
    queryString,
    query: new URLSearchParams(queryString.replaceAll('+', '%2B')),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

async function pause(milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return;
  await new Promise((done) => {
    setTimeout(done, milliseconds);
  });
}
