/** Marks a signature of thinking with the wire it came from, so that clients bring it back and no other provider is sent it. */

export interface MarkedSignature {
  /** What the signature was attached to, in the words of its own wire. */
  readonly place: string
  /** As the provider gave it, byte for byte. */
  readonly signature: string
}

const mark = /^([a-z]+(?:-[a-z]+)+)\/([a-z]+):/

/** `markSignature('some-wire', 'call', 'c2ln')` gives `some-wire/call:c2ln`. */
export function markSignature(wire: string, place: string, signature: string): string {
  return `${wire}/${place}:${signature}`
}

/** undefined for signatures without a mark, or with another wire's. */
export function readMarkedSignature(wire: string, signature: string | undefined): MarkedSignature | undefined {
  const found = signature === undefined ? null : mark.exec(signature)
  if (signature === undefined || found === null || found[1] !== wire) return undefined
  return { place: found[2] as string, signature: signature.slice(found[0].length) }
}

/** True where some wire marked it as its own: for any other provider it is noise that is refused. */
export function isMarkedSignature(signature: string): boolean {
  return mark.test(signature)
}
