// One plan of the full policy in a process that has planned nothing before, as a run of the action does it; prints its times.

import { plan } from './planning.js';
import { FULL } from './policy.js';

process.stdout.write(JSON.stringify(plan(FULL)));
