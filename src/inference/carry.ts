/** What a wire said that the neutral form does not model. Written back only by the wire it came from. */

export interface Carry {
  /** Id of the protocol whose words these are. */
  readonly wire: string
  /** Keys as that wire spells them. */
  readonly fields: Readonly<Record<string, unknown>>
}
