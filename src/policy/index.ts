// The policy room's door: what other rooms may use of it.

export type { Delivery } from './delivery.js';
export type { PolicyDocument } from './document.js';
export type { Finding, Severity } from './finding.js';
export type Layout = 'documented' | 'isolated' | 'compact' | 'organization';
