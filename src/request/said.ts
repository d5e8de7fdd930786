// A value as somebody wrote it, in an input or in the accounts file, with the way in which a fault of it is told. Whoever
// reads values need not know where they come from.

import type { Finding } from '../policy/index.js';
import { inputFault } from './fault.js';
import type { InputName } from './names.js';

/** `problem` continues the value's name; `remedy` is a sentence. */
export type Complaint = (problem: string, remedy: string) => Finding;

export type Said = {
  /** Never empty. Null where something is written whose fault has been told already. */
  readonly text: string | null;
  readonly fault: Complaint;
};

/** All that is said of one account, or of the run as a whole, by the names of the inputs. */
export type Voice = {
  /** Undefined where nobody says anything. */
  readonly said: (name: InputName) => Said | undefined;
  /** How it is told that nobody does. */
  readonly missing: (name: InputName, remedy: string) => Finding;
};

/** The step's inputs; `text` is empty for one that is not set. */
export function inputVoice(text: (name: InputName) => string): Voice {
  const said = (name: InputName): Said | undefined => {
    const given = text(name);
    const fault: Complaint = (problem, remedy) => inputFault(name, problem, remedy);
    return given === '' ? undefined : { text: given, fault };
  };
  return { said, missing: (name, remedy) => inputFault(name, 'is missing', remedy) };
}
