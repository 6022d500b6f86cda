/** Does a request let its bodies be kept with its record? Known before anything else of it is. */

/** `x-portkey-debug: false` says that they are kept nowhere. */
export function wantsBodiesKept(headers: Readonly<Record<string, string>>): boolean {
  return headers['x-portkey-debug']?.trim().toLowerCase() !== 'false'
}
