/** Plain values ⇄ DynamoDB attributes, by hand: the request path loads no document layer. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Item = Record<string, AttributeValue>

/** An item as any reader of tables or streams hands it over. */
export type Image = Readonly<
  Record<
    string,
    {
      readonly S?: string | undefined
      readonly N?: string | undefined
      readonly BOOL?: boolean | undefined
    }
  >
>

export function text(value: string): AttributeValue {
  return { S: value }
}

export function number(value: number): AttributeValue {
  return { N: String(value) }
}

export function flag(value: boolean): AttributeValue {
  return { BOOL: value }
}

export function bytes(value: Uint8Array): AttributeValue {
  return { B: value }
}

export function json(value: unknown): AttributeValue {
  return { S: JSON.stringify(value) }
}

export function keyItem(key: { readonly pk: string; readonly sk: string }): Item {
  return { pk: text(key.pk), sk: text(key.sk) }
}

export function readText(image: Image, name: string): string | undefined {
  return image[name]?.S
}

export function readNumber(image: Image, name: string): number | undefined {
  const value = image[name]?.N
  return value === undefined ? undefined : Number(value)
}

/** What `json` wrote. The caller knows the type, because only this room writes these tables. */
export function readJson<T>(image: Image, name: string): T | undefined {
  const value = image[name]?.S
  return value === undefined ? undefined : (JSON.parse(value) as T)
}

/** The engine deletes expired items when it likes, so every reader looks for itself. `expires` is epoch seconds. */
export function isExpired(image: Image, nowMs: number): boolean {
  const expires = readNumber(image, 'expires')
  return expires !== undefined && expires * 1000 <= nowMs
}
