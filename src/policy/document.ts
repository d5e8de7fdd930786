// A bucket policy as a plain value: the parsed JSON, nothing added and nothing taken away, so that printing it gives back
// what was read. What the elements mean is decided elsewhere (evaluate.ts).

export type Scalar = string | number | boolean;
export type OneOrMany<T> = T | readonly T[];

/** `"*"`, or principal type (`AWS`, `Service`, `Federated`, `CanonicalUser`) → one or many names. */
export type Principals = '*' | { readonly [type: string]: OneOrMany<string> };

/** Operator (`StringEquals`) → condition key (any case) → one or many values. */
export type Conditions = {
  readonly [operator: string]: { readonly [key: string]: OneOrMany<Scalar> };
};

export type Statement = {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principals;
  readonly NotPrincipal?: Principals;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Conditions;
};

export type PolicyDocument = {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: OneOrMany<Statement>;
};
