// The suites of jest, run by mocha: loaded once, in the process in which one mutant after the other is switched on. A mutant then
// costs the tests that reach it, and no start of jest. What jest's words mean in mocha is all that is decided here.

import { expect } from 'expect';
import * as fc from 'fast-check';
import { bind } from 'jest-each';

/** The same cases for every mutant, few of them, and none looked for that is simpler than the one that fails. */
fc.configureGlobal({ seed: 20_261_123, numRuns: 25, endOnFailure: true });

/** What asks how long something takes is no question for code in which every step is counted. */
const ABOUT_TIME = /takes no time|a thousand/;

const eachOf = (take) => bind((title, body) => take(title, body), false);

globalThis.expect = expect;
const testing = (title, body) => (ABOUT_TIME.test(title) ? undefined : globalThis.it(title, body));

globalThis.test = Object.assign(testing, { each: eachOf(testing) });
globalThis.beforeAll = (body) => globalThis.before(body);
globalThis.afterAll = (body) => globalThis.after(body);

/** Mocha gives every file a `describe` of its own. */
let describing;
Object.defineProperty(globalThis, 'describe', {
  configurable: true,
  get: () => describing,
  set: (given) => {
    describing = Object.assign(given, { each: eachOf(given) });
  },
});

/**
 * What the code remembers of a document holds as long as the code does: for one test, since the next may meet another mutant.
 * Only the maps made while the project's own modules load forget; those of libraries stay what they are.
 */
let tests = 0;

class ForgetfulMap {
  #since = -1;
  #map;

  get(key) {
    return this.#since === tests ? this.#map.get(key) : undefined;
  }

  set(key, value) {
    if (this.#since !== tests) [this.#since, this.#map] = [tests, new LastingMap()];
    this.#map.set(key, value);
  }
}

const LastingMap = globalThis.WeakMap;
globalThis.WeakMap = ForgetfulMap;
await import('../lib/src/policy/index.js');
globalThis.WeakMap = LastingMap;

/**
 * A mutant that is met while the suites load (a table is made there) and in a test as well is judged by the tests alone:
 * otherwise each such mutant starts a new process, which takes longer than all its tests.
 */
function onlyInTests() {
  const met = globalThis['__stryker__']?.mutantCoverage;
  for (const inOneTest of Object.values(met?.perTest ?? {}))
    for (const mutant of Object.keys(inOneTest)) delete met.static[mutant];
}

export const mochaHooks = { beforeEach: () => void tests++, afterAll: onlyInTests };
