// Writes down every request the sandbox answers, so that a test can speak of calls, their order and their overlap. It
// never keeps bodies, tokens or secrets.

export type ServiceName = 'oidc' | 'sts' | 's3' | 'cloudtrail' | 'kms' | 'sns' | 'github';

export type RecordedRequest = {
  /** Real time in milliseconds since the epoch, with fractions: when the request had been read. */
  readonly at: number;
  /** When the answer had been sent, or the connection cut; `NaN` while neither has happened. */
  readonly endedAt: number;
  readonly service: ServiceName;
  /** The API's own name (`GetBucketPolicy`); for GitHub's REST API the method and the path. */
  readonly operation: string;
  /** Account of the caller; for a role to be taken, account of the role. */
  readonly account?: string;
  readonly region?: string;
  /** ARN of the caller. */
  readonly principal?: string;
  /** Bucket, `bucket/key`, trail name or ARN, key ID or ARN, or role ARN. */
  readonly resource?: string;
  readonly write: boolean;
  /** HTTP status, 0 when the connection was cut instead. */
  readonly status: number;
  readonly errorCode?: string;
  readonly accessKeyId?: string;
  /** The version of the bucket's policy that was shown or made, counted from 0. */
  readonly policyVersion?: number;
};

/** What is known of a request before it is answered. */
export type RequestFacts = Omit<
  RecordedRequest,
  'at' | 'endedAt' | 'status' | 'errorCode' | 'policyVersion'
>;

/** What is known of a request once it is answered, or its connection cut. */
export type Ending = Pick<RecordedRequest, 'status'> & {
  readonly errorCode?: string | undefined;
  readonly policyVersion?: number | undefined;
};

/** Closes an entry. */
export type Finish = (ending: Ending) => void;

export type Recorder = {
  readonly requests: readonly RecordedRequest[];
  readonly start: (facts: RequestFacts) => Finish;
  readonly clear: () => void;
};

export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    start: (facts) => {
      const entry = { at: realTime(), endedAt: Number.NaN, status: 0, ...facts };
      requests.push(entry);
      return ({ status, errorCode, policyVersion }) => {
        Object.assign(entry, { endedAt: realTime(), status });
        if (errorCode !== undefined) Object.assign(entry, { errorCode });
        if (policyVersion !== undefined) Object.assign(entry, { policyVersion });
      };
    },
    clear: () => {
      requests.length = 0;
    },
  };
}

function realTime(): number {
  return performance.timeOrigin + performance.now();
}
