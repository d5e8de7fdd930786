// How AWS is reached: time-outs on every call, connections kept, proxies honoured. The SDK reads no proxy variables by
// itself; which proxy is for which host is decided by the same code that @actions/http-client uses for GitHub.

import http from 'node:http';
import https from 'node:https';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** Milliseconds until a connection stands, until the answer has begun, and for which nothing may come while it is read. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 20_000, socketTimeout: 20_000 };

/** Chooses for each request: straight to the host, or by CONNECT through the proxy that the environment names for it. */
class EnvironmentProxyAgent extends Agent {
  readonly #scheme: 'http' | 'https';
  readonly #direct: http.Agent;
  readonly #proxies = new Map<string, HttpsProxyAgent<string>>();

  constructor(scheme: 'http' | 'https') {
    super({ keepAlive: true });
    this.#scheme = scheme;
    this.#direct = new { http, https }[scheme].Agent({ keepAlive: true });
  }

  /** The library would look for it in a stack trace, several times for each request. */
  override isSecureEndpoint(): boolean {
    return this.#scheme === 'https';
  }

  override connect(_request: http.ClientRequest, { host, port }: AgentConnectOpts): http.Agent {
    const url = new URL(`${this.#scheme}://${host ?? 'localhost'}:${port}`);
    const proxy = getProxyUrl(url)?.href;
    return proxy === undefined ? this.#direct : this.#proxy(proxy);
  }

  #proxy(url: string): http.Agent {
    const known = this.#proxies.get(url) ?? new HttpsProxyAgent(url, { keepAlive: true });
    this.#proxies.set(url, known);
    return known;
  }
}

/** One handler for all clients of a run, so that they share connections. */
export function requestHandler(timeouts = TIMEOUTS): NodeHttpHandler {
  return new NodeHttpHandler({
    ...timeouts,
    throwOnRequestTimeout: true,
    httpAgent: new EnvironmentProxyAgent('http'),
    httpsAgent: new EnvironmentProxyAgent('https') as unknown as https.Agent,
  });
}
