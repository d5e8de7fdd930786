// What an operation of the table is made of. Which there are stands in operations.ts.

import type { Sandbox, World } from '../sandbox/index.js';
import type { Call } from './kinds.js';

export type Inputs = Readonly<Record<string, string>>;

export type Operation = {
  readonly name: string;
  readonly inputs: Inputs;
  /** Changes the scene to what the operation begins with. */
  readonly prepare?: (world: World, sandbox: Sandbox) => unknown;
  /** Default: `push`, an apply. */
  readonly event?: 'pull_request';
  /** Of the workspace, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Accounts whose delivery is to end. */
  readonly leaving?: readonly string[];
  /** Accounts worked on side by side: what befalls one must not hold back the others. */
  readonly fleet?: readonly string[];
  /** The digest of a dry run made before is given as `expected-plan`. */
  readonly reviewed?: boolean;
  /** The step's own environment. */
  readonly env?: (world: World) => Readonly<Record<string, string>>;
  /** The only calls to be met, where the others are another operation's too. */
  readonly only?: (call: Call) => boolean;
};
