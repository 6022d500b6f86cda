/** Something the gateway changed or left out, told to the client in a header and kept in the log. */

export interface Warning {
  readonly type: 'dropped' | 'changed' | 'unpriced' | 'clamped' | 'estimated' | 'under-held'
  /** The request or answer field, as its wire spells it, e.g. `logit_bias`. */
  readonly field: string
  /** Why, and what happened instead; one short clause. */
  readonly reason: string
}
