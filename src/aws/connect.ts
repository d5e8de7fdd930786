// From a request to the ports: takes the roles, then builds what reads and, only for an apply, what writes.

import type { BucketReader, BucketWriter, Session, TrailReader, TrailWriter } from '../plan/ports.js';
import { UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import { bucketReader, bucketWriter } from './bucket.js';
import { credentialsOf, type SessionSource, takeRoles } from './sessions.js';
import { trailReader, trailWriter } from './trails.js';
