// Issues credentials: temporary ones for a role's session, static ones for a user. Whether a role may be taken is
// decided by STS (sts.ts).

import { randomBytes } from 'node:crypto';
import {
  type Credential,
  newId,
  type PolicyDocument,
  type Principal,
  type State,
} from './state.js';

export type SessionRequest = {
  readonly role: Principal;
  readonly sessionName: string;
  readonly expiration: Date;
  readonly policy?: PolicyDocument | undefined;
};

/** Opens a session of a role and remembers its credentials. */
export function openSession(
  state: State,
  session: SessionRequest,
): Required<Omit<Credential, 'sessionPolicy'>> {
  const { role, sessionName, expiration, policy } = session;
  const credential = {
    accessKeyId: newId('ASIA'),
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(180).toString('base64'),
    expiration,
    principal: role.arn,
    callerArn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
  };
  state.credentials.set(credential.accessKeyId, {
    ...credential,
    ...(policy && { sessionPolicy: policy }),
  });
  return credential;
}

/** Creates an access key of a user. */
export function createAccessKey(state: State, user: Principal): Credential {
  const credential = {
    accessKeyId: newId('AKIA'),
    secretAccessKey: randomBytes(30).toString('base64'),
    principal: user.arn,
    callerArn: user.arn,
    userId: user.id,
  };
  state.credentials.set(credential.accessKeyId, credential);
  return credential;
}
