/** Reads what DynamoDB threw, by name: instances differ between bundles. */
import type { Image } from './attributes.ts'

export function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name
}

export function isConditionFailed(thrown: unknown): boolean {
  return isNamed(thrown, 'ConditionalCheckFailedException')
}

/** The item that stood in the way, where the request asked for it. */
export function itemInTheWay(thrown: unknown): Image | undefined {
  return thrown instanceof Error && 'Item' in thrown ? (thrown.Item as Image | undefined) : undefined
}

/** Reason codes of a cancelled transaction, in the order of its parts; empty = it was not cancelled. */
export function cancellationCodes(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error) || !('CancellationReasons' in thrown)) return []
  const reasons = thrown.CancellationReasons as readonly { readonly Code?: string }[] | undefined
  return (reasons ?? []).map((reason) => reason.Code ?? 'None')
}
