// What a trial tells the process that it starts, by a variable of its environment.

import type { HastySettings } from './hasty-clock.js';

export type StartSettings = {
  readonly clock: HastySettings;
  /** File that holds what V8 has compiled; made by the first process that ends. */
  readonly codeCache: string;
};

export const START_VARIABLE = 'FAULTS_START';
