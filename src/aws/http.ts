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
  readonly #direct = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true }),
  };
  readonly #proxies = new Map<string, HttpsProxyAgent<string>>();

  override connect(_request: http.ClientRequest, options: AgentConnectOpts): http.Agent {
    const scheme = options.secureEndpoint ? 'https' : 'http';
    const url = new URL(`${scheme}://${options.host ?? 'localhost'}:${options.port}`);
    const proxy = getProxyUrl(url)?.href;
    return proxy === undefined ? this.#direct[scheme] : this.#proxy(proxy);
  }

  #proxy(url: string): http.Agent {
    const known = this.#proxies.get(url) ?? new HttpsProxyAgent(url, { keepAlive: true });
    this.#proxies.set(url, known);
    return known;
  }
}

/** One handler for all clients of a run, so that they share connections. */
export function requestHandler(timeouts = TIMEOUTS): NodeHttpHandler {
  const agent = new EnvironmentProxyAgent({ keepAlive: true });
  return new NodeHttpHandler({
    ...timeouts,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent as unknown as https.Agent,
  });
}
