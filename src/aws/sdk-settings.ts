// What the SDK looks up in the environment and in AWS's own files, looked up once for all clients of a run. Left to itself
// every client does so anew, which for thousands of accounts costs more than their calls.

import { STSClient } from '@aws-sdk/client-sts';

export type SdkSettings = ReturnType<typeof sdkSettings>;

/** Client options that every service knows; each is a function that remembers what it found. */
export function sdkSettings() {
  const { config } = new STSClient({ region: 'us-east-1' });
  const { maxAttempts, retryMode, useDualstackEndpoint, useFipsEndpoint } = config;
  const { defaultsMode, userAgentAppId, authSchemePreference } = config;
  return {
    maxAttempts,
    retryMode,
    useDualstackEndpoint,
    useFipsEndpoint,
    defaultsMode,
    userAgentAppId,
    authSchemePreference,
  };
}
