// What a peer is asked to bear witness to.

export type Claim = readonly [claim: string, holds: boolean];
